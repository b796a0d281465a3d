// Queues, caches, matrices; the first entries of a Map by a pattern; tuples as text.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class Num { static readonly ZERO = new Num(0); readonly #n: number; constructor(n: number) { this.#n = n; } get n(): number { return this.#n; } static sum(...xs: Num[]): Num { return new Num(xs.reduce((a, b) => a + b.#n, 0)); } equals(o: Num | undefined): boolean { return this.#n === o?.n; } }
class Queue<T> { #items: T[] = []; #head = 0; get length(): number { return this.#items.length - this.#head; } enqueue(x: T): void { this.#items.push(x); } dequeue(): T | undefined { if (this.length === 0) return undefined; const x = this.#items[this.#head++]; if (this.#head > 8) { this.#items = this.#items.slice(this.#head); this.#head = 0; } return x; } }
class LRU<K, V> { private m = new Map<K, V>(); constructor(private cap: number) {} get(k: K): V | undefined { const v = this.m.get(k); if (v !== undefined) { this.m.delete(k); this.m.set(k, v); } return v; } set(k: K, v: V): void { this.m.delete(k); this.m.set(k, v); if (this.m.size > this.cap) { const [first] = this.m.keys(); this.m.delete(first); } } keys(): K[] { return [...this.m.keys()]; } }
class Matrix { private readonly d: number[]; constructor(readonly r: number, readonly c: number, f: (i: number, j: number) => number = () => 0) { this.d = Array.from({ length: r * c }, (_, k) => f(Math.floor(k / c), k % c)); } at(i: number, j: number): number { return this.d[i * this.c + j]; } mul(o: Matrix): Matrix { return new Matrix(this.r, o.c, (i, j) => { let s = 0; for (let k = 0; k < this.c; k++) s += this.at(i, k) * o.at(k, j); return s; }); } toString(): string { return this.d.join(","); } }
function permutations<T>(xs: T[]): T[][] { return xs.length <= 1 ? [xs] : xs.flatMap((x, i) => permutations([...xs.slice(0, i), ...xs.slice(i + 1)]).map((p) => [x, ...p])); }
function topo(g: Map<string, string[]>): string[] { const out: string[] = [], seen = new Set<string>(); const visit = (n: string): void => { if (seen.has(n)) return; seen.add(n); for (const m of g.get(n) ?? []) visit(m); out.unshift(n); }; for (const n of g.keys()) visit(n); return out; }
function tokenize(s: string): { t: "num" | "op" | "id"; v: string }[] { const out: { t: "num" | "op" | "id"; v: string }[] = []; let i = 0; while (i < s.length) { const c = s[i]; if (c === " ") { i++; continue; } let j = i; if (c >= "0" && c <= "9") { while (j < s.length && s[j] >= "0" && s[j] <= "9") j++; out.push({ t: "num", v: s.slice(i, j) }); } else if (/* letters */ c.toLowerCase() !== c.toUpperCase()) { while (j < s.length && s[j].toLowerCase() !== s[j].toUpperCase()) j++; out.push({ t: "id", v: s.slice(i, j) }); } else { out.push({ t: "op", v: c }); j++; } i = Math.max(j, i + 1); } return out; }
function deepEqual(a: number[] | null, b: number[] | null): boolean { if (a === b) return true; if (a === null || b === null || a.length !== b.length) return false; return a.every((x, i) => x === b[i]); }
function structures(s: string): string[] {
  const q = new Queue<string>(); for (let i = 0; i < 12; i++) { q.enqueue(`q${i}`); if (i % 2) q.dequeue(); }
  const l = new LRU<string, number>(2); l.set("a", 1); l.set("b", 2); l.get("a"); l.set("c", 3);
  const m = new Matrix(2, 2, (i, j) => i * 2 + j + 1);
  return [String(Num.sum(new Num(1), new Num(2)).n), String(Num.ZERO.equals(new Num(0))), `${Num.ZERO.equals(undefined)}`, `${q.length}${q.dequeue()}`, l.keys().join(), String(m.mul(m)), permutations([1, 2, 3]).map((p) => p.join("")).join(), topo(new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])).join(), tokenize("12+ab*(3 - x1)").map((t) => t.t + t.v).join(" ")];
}

function patterns(s: string): string[] { const m = new Map<string, number>([["a", 1], ["b", 2]]); const st = new Set([5, 6]); const [k0] = m.keys(); const [v0, v1] = m.values(); const [[ek, ev]] = m.entries(); const [s0] = st.values(); const [e0, [e1k, e1v]] = m; const [x0, x1 = "d"] = ["q"].values(); return [k0, `${v0}${v1}`, ek + ev, `${s0}`, e0[0] + e1k + e1v, x0 + x1]; }

class T { toString(): string { return "T!"; } } class P { x = 1; }
function texts(s: string): string[] { const m = new Map<string, number | null>([["a", 1], ["b", null]]); const t: [string, number | null, boolean[]] = ["q", null, [true, false]]; const ps = [{ a: 1 }, { a: 2 }];
 return [[...m].join(";"), [...m.entries()].join(), `${t}`, String(t), "" + t, [t, t].join("|"), ps.join(), [new T(), new T()].join(), [new P()].join(), `${[[1, 2], [3]]}`, [[t]].join(), `${[...m]}`]; }

function probe(s: string): string[] { return [...structures(s), ...patterns(s), ...texts(s)]; }

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("dataStructures", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
