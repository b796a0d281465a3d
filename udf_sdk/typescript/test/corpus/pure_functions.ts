// Functions that change only what they made themselves, in many ways: none of them is impure.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface S { count: number; names: string[]; sub: { k: number } }
class Builder { private parts: string[] = []; private opts = new Map<string, number>(); add(p: string): this { this.parts.push(p); this.opts.set(p, this.parts.length); return this; } merge(o: Builder): Builder { for (const p of o.parts) this.add(p); return this; } build(): string { return this.parts.join("") + [...this.opts.values()].join(); } }
const CONFIG = { limits: [1, 2, 3], table: new Map<string, number[]>([["a", [1]]]), nested: { deep: [{ v: 1 }] } };
function fresh(): S { return { count: 0, names: [], sub: { k: 1 } }; }
function bump(s: S, by: number): S { s.count += by; s.names.push("n" + by); s.sub.k *= 2; return s; }
function fill(xs: number[], n: number): void { for (let i = 0; i < n; i++) xs[i] = i; }
function copyOf(): number[] { const c = CONFIG.limits.slice(); c.push(9); c[0] = 7; c.sort((a, b) => b - a); return c; }
function mapCopy(): Map<string, number[]> { const m = new Map(CONFIG.table); m.set("b", [2]); m.delete("zz"); return m; }
function deepCopy(): { v: number }[] { const c = CONFIG.nested.deep.map((x) => ({ ...x })); c[0].v = 5; return c; }
function memoLocal(n: number): number { const memo = new Map<number, number>(); const go = (k: number): number => { const hit = memo.get(k); if (hit !== undefined) return hit; const v = k < 2 ? k : go(k - 1) + go(k - 2); memo.set(k, v); return v; }; return go(n); }
function accumulate(words: string[]): Map<string, number> { return words.reduce((m, w) => m.set(w, (m.get(w) ?? 0) + 1), new Map<string, number>()); }
function group(words: string[]): Map<number, string[]> { const g = new Map<number, string[]>(); for (const w of words) { const l = g.get(w.length); if (l) l.push(w); else g.set(w.length, [w]); } return g; }
function swapIn(xs: number[]): number[] { const ys = [...xs]; [ys[0], ys[1]] = [ys[1], ys[0]]; return ys; }
function chain(words: string[]): string { const b = words.reduce((acc, w) => acc.add(w), new Builder()); return b.merge(new Builder().add("!")).build(); }
function state(): () => number { let n = 0; return () => ++n; }
function lists(n: number): number[][] { const out: number[][] = []; for (let i = 0; i < n; i++) { const row: number[] = []; fill(row, i); out.push(row); } out.forEach((r) => r.push(1)); out[0].push(5); return out; }
function viaClosure(xs: string[]): string[] { const out: string[] = []; const push = (s: string) => { out.push(s); }; xs.forEach(push); const each = { run: push }; each.run("z"); return out; }
function sortFields(s: S): S { const t = { ...s, names: [...s.names] }; t.names.sort().reverse(); t.count++; return t; }
function probe(s: string): string[] {
  const words = s.split(" "); const st = bump(bump(fresh(), 1), 2); const c = state(); c(); const b = new Builder(); b.add("x"); const other = b; other.add("y");
  const xs: number[] = []; fill(xs, 3); const alias = xs; alias.push(4); let cur: S | undefined; for (const w of words) { cur ??= fresh(); cur = bump(cur, w.length); }
  return [`${st.count}${st.names}${st.sub.k}`, xs.join(), copyOf().join(), [...mapCopy().keys()].join(), `${deepCopy()[0].v}`, `${memoLocal(20)}`, [...accumulate(words)].join(), [...group(words)].map(([k, v]) => k + v.join("+")).join(), swapIn(CONFIG.limits).join(), chain(words), `${c()}`, JSON.stringify(lists(3)), viaClosure(words).join(), JSON.stringify(sortFields(st)), b.build(), JSON.stringify(cur ?? null)];
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("pureFunctions", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
