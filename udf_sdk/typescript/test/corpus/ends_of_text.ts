// Elements behind the end, compared and switched on: undefined, as in JavaScript.
// input: {"topic": ["aab", "b", ""]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function run(s: string): string { let out = ""; let i = 0; while (i < s.length) { let j = i; while (s[j] === s[i]) j++; out += `${s[i]}${j - i}`; i = j; } return out; }
function words(xs: string[]): string { return `${xs[0] === xs[1]} ${xs[5] !== "a"} ${xs[1] == null} [${xs[2]}]`; }
class P { constructor(readonly n: number) {} }
function objects(ps: P[], p: P): string { return `${ps[0] === p} ${ps[3] === p}`; }
function kind(s: string): string { switch (s[2]) { case "b": return "third b"; case undefined: return "short"; default: return "other"; } }
function probe(line: string): string[] { const p = new P(1); return [run(line), words(line.split("")), objects([p], p), kind(line)]; }
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("ends_of_text", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
