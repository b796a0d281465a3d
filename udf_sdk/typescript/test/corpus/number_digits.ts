// Numbers with a wanted number of digits: toPrecision, toExponential, toFixed.
// input: {"topic": ["1234.5678", "0", "-0.000123", "1e21", "123456", "0.1", "NaN", "1e-7", "99.995"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function probe(line: string): string[] {
  const n = Number(line);
  return [n.toPrecision(3), n.toPrecision(1), n.toPrecision(), n.toExponential(2), n.toExponential(), n.toExponential(0), n.toPrecision(21), n.toFixed(2)];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("number_digits", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
