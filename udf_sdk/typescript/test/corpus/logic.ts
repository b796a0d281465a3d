// && || ! ?: on values of every kind, short circuits, truthiness, assignment as a value, compound logical assignment.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

let calls = "";

function noted(log: string[], name: string, result: boolean): boolean {
  log.push(name);
  return result;
}

function probe(s: string): string {
  const log: string[] = [];
  const a = noted(log, "a", s.length > 3) && noted(log, "b", s.includes("e"));
  const b = noted(log, "c", false) || noted(log, "d", s === "");
  const name = s || "nobody";
  const size = s.length || -1;
  const both = s && s.length > 2 ? "long" : "short";
  const n = s.length > 3 && s.length < 100 ? 1 : 0;
  const items = s.split(" ");
  if (!items[0]) log.push("empty head");
  if (items.length - 1) log.push("several");
  let x = 0;
  const y = (x = s.length) + 1;
  let label = "";
  label ||= "unset";
  let maybe: string | null = s.length > 4 ? s : null;
  maybe ??= "fallback";
  let flag = true;
  flag &&= s.length > 1;
  const pick = s.length === 0 ? "none" : s.length < 4 ? "few" : s.length < 10 ? "some" : "many";
  return `${a} ${b} ${name} ${size} ${both} ${n} ${x}${y} ${label} ${maybe} ${flag} ${pick} ${!s} ${!!s.length} ${log.join()} ${calls.length}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("logic", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
