// Tuples, destructuring everywhere, default values, spread of objects.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Pair = [string, number];
type Point = { x: number; y: number; label: string };

function split2(s: string): Pair {
  const [head, tail] = [s.charAt(0), s.length - 1];
  return [head, tail];
}

function show({ x, y, label }: Point, [name, n]: Pair, sep = "/", times: number = 2): string {
  return `${label}(${x}${sep}${y}) ${name.repeat(times)}${n}`;
}

const swap = ([a, b]: Pair): [number, string] => [b, a];

function probe(s: string): string {
  const pair = split2(s);
  const [c, n] = pair;
  const [first, second] = swap(pair);
  const p: Point = { x: 1, y: 2, label: s };
  const q = { ...p, y: 5 };
  const { x, label: name } = q;
  const pairs: Pair[] = [["a", 1], ["b", 2]];
  let text = "";
  for (const [k, v] of pairs) text += k + v;
  let a = 1;
  let b = 2;
  [a, b] = [b, a];
  const nested: { inner: Point; list: number[] } = { inner: { ...q, label: "in" }, list: [1, 2, 3] };
  const { inner: { label: deep }, list: [l0, l1] } = nested;
  return `${c}${n} ${first}${second} ${show(p, pair)} ${show(q, ["z", 3], "-", 1)} ${x}${name} ${text} ${a}${b} ${deep}${l0}${l1} ${pair[0]}${pair[1] + 1}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("tuples", "default"))
  .map((s): [string, string] => [s, probe(s)])
  .sink(Redis.new<[string, string]>().host("h").keyExtractor(([k]) => k).valueExtractor((r) => r[1]))
  .execute();
