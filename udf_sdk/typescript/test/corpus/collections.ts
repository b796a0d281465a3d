// Map and Set: keys by value, order of insertion, iteration in every form.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Count = { word: string; n: number };

function count(s: string): Count[] {
  const counts = new Map<string, number>();
  for (const w of s.split(" ")) counts.set(w, (counts.get(w) ?? 0) + 1);
  return [...counts.entries()].map(([word, n]) => ({ word, n }));
}

function probes(s: string): string[] {
  const out: string[] = [];
  const m = new Map<string, number>([["one", 1], ["two", 2]]);
  m.set("three", 3).set("one", 11);
  m.delete("two");
  let text = "";
  for (const [k, v] of m) text += k + v;
  m.forEach((v, k) => {
    text += `(${k}=${v})`;
  });
  for (const k of m.keys()) text += k;
  for (const v of m.values()) text += v;
  out.push(`${text} ${m.size} ${m.has("two")} ${m.get("one")!} ${m.get("nope") ?? 0}`);
  const seen = new Set<string>();
  const repeated = s.split("").filter((c) => {
    if (seen.has(c)) return true;
    seen.add(c);
    return false;
  });
  out.push(repeated.join("") + seen.size + [...seen].join(""));
  const numbers = new Set<number>([NaN, NaN, 0, -0, 1, 2, 2]);
  numbers.delete(1);
  out.push(`${numbers.size} ${numbers.has(NaN)} ${numbers.has(0)} ${Array.from(numbers).join()}`);
  const groups = new Map<number, string[]>();
  for (const w of s.split(" ")) {
    const list = groups.get(w.length);
    if (list) list.push(w);
    else groups.set(w.length, [w]);
  }
  out.push(Array.from(groups.keys()).join() + Array.from(groups.values(), (g) => g.join("/")).join(";"));
  const maybe = m.get("three");
  if (maybe !== undefined) out.push("three is " + (maybe + 1));
  m.clear();
  out.push(`${m.size}`);
  const nested = new Map<string, Map<string, number>>();
  nested.set("a", new Map<string, number>());
  nested.get("a")!.set("b", 5);
  out.push(`${nested.get("a")?.get("b") ?? 0} ${nested.get("x")?.get("b") ?? 0}`);
  return out.concat(count(s).map((c) => c.word + c.n));
}

const STOP = new Set(["the", "a"]);
const NAMES = new Map<string, string>([["de", "German"], ["fr", "French"]]);

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("collections", "default"))
  .filter((s) => !STOP.has(s))
  .flatMap((s) => probes(s).map((value, i) => ({ key: s + i, value: value + (NAMES.get(s.slice(0, 2)) ?? "?") })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
