// Objects by key: Record<string, T> and index signatures, with what Object has for them, in JavaScript's order.
// input: {"topic": ["b a b 10 2 a b", "", "x=1;y=2;x=3", "one two three one 007 7", "{\"b\": 1, \"a\": [2]}"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Point { x: number; y: number }
type Lists = { [key: string]: string[] };
const WEIGHTS: Record<string, number> = { a: 1.5, b: 2, "10": 3, 2: 4 };
const PREFIX = "k";

function counted(line: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of line.split(" ")) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function grouped(line: string): Lists {
  const byLength: Lists = {};
  for (const word of line.split(" ")) {
    (byLength[word.length] ??= []).push(word);
    if (!byLength["all"]) byLength.all = [];
    byLength.all.push(word);
  }
  return byLength;
}

function weighed(line: string): string {
  let sum = 0;
  for (const word of line.split(" ")) sum += WEIGHTS[word] ?? 0.25;
  const first = WEIGHTS[line.split(" ")[0]];
  return `${sum} ${first === undefined ? "none" : first.toFixed(1)} ${WEIGHTS.a} ${"b" in WEIGHTS} ${"zz" in WEIGHTS} ${"toString" in WEIGHTS} ${Object.hasOwn(WEIGHTS, "a")} ${WEIGHTS.hasOwnProperty("q")}`;
}

function changed(line: string): string {
  const o = counted(line);
  delete o["b"];
  o["b"] = 100;
  o.last = 7;
  o[3] = 33;
  o["a"] ||= 5;
  o.last += 1;
  o.last++;
  const seen: string[] = [];
  for (const key in o) {
    if (key === "a") delete o.last;
    seen.push(`${key}:${o[key]}`);
  }
  const copy: Record<string, number> = { ...o, [PREFIX + line.length]: line.length, z: 0, ...WEIGHTS };
  return `${seen.join()} ${Object.keys(copy).join()} ${Object.values(copy).reduce((a, b) => a + b, 0)} ${o.last ?? "gone"} ${delete copy.z}`;
}

function made(line: string): string {
  const entries = Object.entries(counted(line)).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const back = Object.fromEntries(entries);
  const lengths = Object.fromEntries(line.split(" ").map((w) => [w, w.length]));
  const fromMap: Record<string, number> = Object.fromEntries(new Map([["m", 1], ["n", 2]]));
  const points: Record<string, Point> = { o: { x: 0, y: 0 }, p: { x: 1, y: line.length } };
  const nested: Record<string, Record<string, number>> = { w: WEIGHTS, c: counted(line) };
  for (const [name, p] of Object.entries(points)) if (p.x > 0) delete points[name];
  const maybe: Record<string, number | undefined> = { a: undefined, b: 1 };
  return JSON.stringify({ back, lengths, fromMap, points, nested, n: Object.keys(maybe).length, a: `${maybe.a ?? "none"}`, b: maybe["b"] === undefined ? 0 : maybe["b"] + 1 }, null, 1);
}

class Tally {
  private readonly n: Record<string, number> = {};
  constructor(private readonly names: Record<string, string>) {}
  add(word: string): this {
    const before = this.n[word];
    this.n[word] = before === undefined ? 1 : before + 1;
    return this;
  }
  get text(): string {
    const rest = this.n.nothing;
    const { b = 0, q = -1 } = this.n;
    return Object.entries(this.n).map(([k, n]) => `${this.names[k] ?? k}${n}`).join("+") + (rest === undefined ? "" : "!") + b + q;
  }
}

function more(line: string): string {
  const tally = line.split(" ").reduce((t, w) => t.add(w), new Tally({ a: "A", b: "B" }));
  const by: Record<string, (n: number) => number> = { double: (n) => n * 2, half: (n) => n / 2 };
  const maybe: Record<string, Point> | undefined = line === "" ? undefined : { p: { x: 1, y: 2 } };
  const flags: Record<string, boolean> = { on: true, off: false, 1.5: true };
  const names: string[] = [];
  const calls: (() => string)[] = [];
  for (const name in flags) {
    if (!flags[name]) continue;
    names.push(name);
    calls.push(() => name);
  }
  const deep: Record<string, Record<string, number[]>> = {};
  for (const w of line.split(" ")) ((deep[w.slice(0, 1)] ??= {})[w] ??= []).push(w.length);
  return `${tally.text} ${by["double"](4)} ${by.half(4)} ${maybe?.["p"]?.x ?? 0} ${maybe?.zz?.x ?? "-"} ${maybe?.p.y} ${names.join()} ${calls.map((c) => c()).join()} ${JSON.stringify(deep)} ${flags["off"] ? 1 : 2} ${flags.none ? 1 : 2}`;
}

function parsed(line: string): string {
  const o = JSON.parse(line.startsWith("{") ? line.replace("[2]", "2") : '{"q": 1, "2": 5, "1": 3}') as Record<string, number>;
  const total = line.split(" ").reduce((acc, w) => ({ ...acc, [w]: (acc[w] ?? 0) + w.length }), {} as Record<string, number>);
  const summed = line.split(" ").reduce<Record<string, number>>((acc, w) => {
    acc[w] = (acc[w] ?? 0) + 1;
    return acc;
  }, {});
  const ns: { [id: number]: string } = { 5: "five" };
  ns[line.length] = line;
  return `${JSON.stringify(o)} ${JSON.stringify(total)} ${JSON.stringify(summed)} ${Object.keys(ns).join()} ${ns[5]} ${ns[99] ?? "-"}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("dicts", "default"))
  .map((line) => ({ line, words: Object.keys(counted(line)), all: [JSON.stringify(counted(line)), JSON.stringify(grouped(line)), weighed(line), changed(line), made(line), parsed(line), more(line)] }))
  .sink(Redis.new<{ line: string; words: string[]; all: string[] }>().host("h").keyExtractor((v) => v.words.join()).valueExtractor((v) => v.all.join("\u0001")))
  .execute();
