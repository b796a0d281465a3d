// Values that may be null and undefined, where the program does not tell the two apart.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Person = { name: string; nick?: string | null; age: number | null; boss?: Person2 | null };
type Person2 = { title: string | null };

function loose(x: string | null | undefined): string {
  return x == null ? "nothing" : x.toUpperCase();
}

function person(s: string): Person {
  if (s.length > 10) return { name: s, nick: "long", age: 1, boss: { title: null } };
  if (s.length > 4) return { name: s, nick: null, age: null, boss: null };
  return { name: s, age: 3 };
}

function probe(s: string): string {
  const p = person(s);
  const title = p.boss?.title;
  return `${loose(p.nick)} ${loose(title)} ${p.nick ?? "-"} ${title ?? "?"} ${p.age ?? 0} ${p.boss?.title?.length ?? -1}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("nullAndUndefined", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
