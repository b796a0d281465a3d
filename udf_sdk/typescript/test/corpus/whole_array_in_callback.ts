// The array itself as the last parameter of a callback: deduplication, neighbours, positions from the end.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function probe(s: string): string {
  const unique = s.split(" ").filter((w, i, all) => all.indexOf(w) === i);
  const steps = s.split("").map((c, i, all) => (i + 1 < all.length ? all[i + 1].charCodeAt(0) - c.charCodeAt(0) : 0));
  const mean = steps.reduce((acc, n, _, all) => acc + n / all.length, 0);
  const rising = steps.every((n, i, all) => i === 0 || n >= all[i - 1]);
  const counts = new Map<string, number>(unique.map((w, i, all): [string, number] => [w, all.length - i]));
  let text = "";
  counts.forEach((n, w, m) => {
    text += `${w}${n}/${m.size} `;
  });
  new Set(unique).forEach((w, same, set) => {
    text += `${w === same}${set.size}`;
  });
  return `${unique.join()} ${steps.join()} ${mean.toFixed(3)} ${rising} ${text}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("wholeArray", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
