// The indices of an array that is not filled: Array(n).keys(); filled arrays.
// input: {"topic": ["5", "0", "3"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function probe(line: string): string[] {
  const n = Number(line);
  const ids = [...Array(n).keys()];
  const more = Array.from(Array(n).keys()).map((i) => i * 2);
  const mapped = Array.from(new Array<string>(n + 1).keys(), (i) => `<${i}>`);
  const again = Array.from({ length: n }, (_, i) => i + 1);
  const zeros = new Array<number>(n).fill(0);
  const filled = Array<string>(n).fill("x");
  let sum = 0;
  for (const i of Array(n).keys()) sum += i;
  for (const i of [...Array(2).keys(), 7]) sum += i * 100;
  return [ids.join(","), more.join(","), mapped.join(""), again.join("-"), zeros.join("|"), filled.join(""), `${sum}`];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("array_indices", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
