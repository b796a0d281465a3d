// JSON of what has none, and in forms that are not supported.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

export function probe(s: string): string[] {
  const x = JSON.parse(s); // error
  const y = JSON.parse(s) as Map<string, number>; // error
  const z = JSON.stringify(5n); // error
  const o = { a: 1, n: 2n }; const w = JSON.stringify(o); // error
  const r = JSON.stringify({ a: 1 }, ["a"]); // error
  const v = JSON.parse(s, (k, v) => v) as number; // error
  const u: number | undefined = s.length > 9 ? 1 : undefined; const q = JSON.stringify(u); // error
  const f = JSON.parse; // error
  const d1 = { k: 1, j: 2 }; const d2 = { j: 1, k: 2 };
  const e = JSON.stringify(d1); // error
  return [];
}

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("json", "default"))
  .flatMap((l) => probe(l))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
