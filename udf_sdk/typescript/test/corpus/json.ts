// JSON.stringify of values of every type, JSON.parse into a type.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Inner { p: number | null; q?: string; list?: (number | null)[] }
interface Doc { id: number; name: string; ok: boolean; tags: string[]; inner: Inner; more?: Inner[]; pair: [string, number]; "odd \"key\"": number; 7: string; when: Date; f?: (x: number) => number; m: Map<string, number> }
class Base { a = 1; constructor(readonly id: string) {} }
class Derived extends Base { b = [true, false]; #secret = 3; late!: number; opt?: string; get twice(): number { return this.#secret * 2; } }
class Custom { constructor(private v: number) {} toJSON(): { value: number; text: string } { return { value: this.v, text: `v${this.v}` }; } }
class Leaf<T> { constructor(public v: T, public next: Leaf<T> | null = null) {} }
enum E { A = 1, B }
function doc(s: string): Doc { return { 7: "seven", id: 1.5, name: s + "\"\\\n\u0001é😀\ud800/", ok: true, tags: [s, ""], inner: { p: null, list: [1, null, NaN] }, pair: [s, -0], "odd \"key\"": 1e21, when: new Date(0), f: (x) => x, m: new Map([["a", 1]]) }; }
function probe1(s: string): string[] {
  const d = new Derived(s); const d2: Base = new Derived("x"); if (s === "a") d.late = 5;
  const o: Inner | null = s === "a" ? null : { p: 2, q: "q" };
  return [JSON.stringify(doc(s)), JSON.stringify(doc(s), null, 2), JSON.stringify([doc(s), doc("z")].map((x) => x.inner), undefined, "--"), JSON.stringify(d), JSON.stringify(d2), JSON.stringify(new Custom(4)), JSON.stringify([new Custom(1)]), JSON.stringify(s), JSON.stringify(1 / 3), JSON.stringify(true), JSON.stringify(null), JSON.stringify(o), JSON.stringify([]), JSON.stringify({}), JSON.stringify({ a: [], b: {}, c: [[]] }, null, 4), JSON.stringify(new Leaf(1, new Leaf(2))), JSON.stringify({ e: E.B, n: -0, i: Infinity, x: [undefined, null].length }), JSON.stringify([[1, 2], [3]], null, 20), JSON.stringify(new Date(NaN)), JSON.stringify(new Set([1])), JSON.stringify({ s: `${s}`, t: ["b", 1 > 2 ? "c" : "d"] })];
}

interface Read { id: number; name: string; ok: boolean; tags: string[]; inner: Inner; more?: Inner[]; pair: [string, number]; "odd \"key\"": number }
interface Tree { v: number; kids: Tree[] }
type Ev = { kind: "a"; n: number } | { kind: "b"; t: string };
function parse<T>(s: string): T { return JSON.parse(s) as T; }
const TEXT = ' {"id": 1.5e3, "name": "a\\"\\\\\\/\\n\\u00e9\\ud83d\\ude00", "unknown": {"x": [1, {"y": null}], "z": "}"}, "ok":true,"tags":["x", ""],"inner":{"p":null,"list":[1,null,-0.5E-2]},"pair":["q",-0],"odd \\"key\\"":1e300, "id": 2 }\n';
function said(d: Read): string { return `${d.id} ${d.name} ${d.ok} ${d.tags.length} ${d.inner.p} ${d.inner.q} ${d.inner.list} ${d.more?.length} ${d.pair[0]}${1 / d.pair[1]} ${d["odd \"key\""]}`; }
function sum(t: Tree): number { return t.kids.reduce((a, k) => a + sum(k), t.v); }
function probe2(s: string): string[] {
  const d: Read = JSON.parse(TEXT);
  const { id, tags: [first] } = JSON.parse(TEXT) as Read;
  const n: number = JSON.parse(" -12.5e1 "), t: string = JSON.parse('"x\\ty"'), b: boolean = JSON.parse("false"), xs: number[] = JSON.parse("[ 1 , 2,3]"), none: string | null = JSON.parse("null");
  const tree = JSON.parse('{"v":1,"kids":[{"v":2,"kids":[]},{"kids":[{"v":5,"kids":[]}],"v":3}]}') as Tree;
  const ev = parse<Ev[]>('[{"kind":"a","n":1},{"kind":"b","t":"x"}]');
  const mine: { a: number[] } = JSON.parse('{"a":[1]}'); mine.a.push(2);
  const again = parse<Read>(JSON.stringify(d)); const m: (number | null)[][] = JSON.parse("[[1,null],[]]");
  return [said(d), `${id}${first}`, `${n} ${t} ${b} ${xs} ${none}`, `${sum(tree)}`, ev.map((e) => (e.kind === "a" ? `${e.n}` : e.t)).join(), mine.a.join(), said(again), JSON.stringify(m), JSON.stringify(JSON.parse('{"p":1}') as Inner), `${(JSON.parse("{}") as { x?: number }).x}`, JSON.stringify(parse<string>(JSON.stringify(s + "\u2028\u0000\ud800")))];
}

function probe(s: string): string[] { return [...probe1(s), ...probe2(s)]; }

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("json", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
