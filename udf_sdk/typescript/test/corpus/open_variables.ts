// Variables without a first value that a function reads, or that the program says have one.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Tree { v: number; kids: Tree[] }
let base: number;
let label!: string;
function setUp(): void { base = 10; label = "L"; }
setUp();
function useBase(n: number): string { return label + (base + n); }
function probe(s: string): string[] {
  let sum: (t: Tree) => number;
  sum = (t) => t.kids.reduce((a, k) => a + sum(k), t.v);
  let best!: number; let text!: string; let flag!: boolean; let big!: bigint;
  [3, 9, 2].forEach((x) => { if (best === undefined || x > best) best = x; text = "t" + x; flag = x > 2; big = BigInt(x); });
  best += 1; text += "!";
  let never!: number;
  return [sum({ v: 1, kids: [{ v: 2, kids: [] }] }) + "", `${best} ${text} ${flag} ${big} ${never}`, useBase(s.length), String(never === undefined)];
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("openVariables", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
