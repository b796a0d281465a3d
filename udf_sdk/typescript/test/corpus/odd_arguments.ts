// Built-ins with arguments at and beyond their ends; functions in fields that may be missing.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface O { f?: (x: number) => number; g: { h?: () => string } | null; arr?: number[][]; n?: number; s: string | null }
const xs = [5, 1, 4]; const str = "héllo😀wörld";
function sw(n: number): string { switch (true) { case n > 10: return "big"; case n > 5: return "mid"; default: return "small"; } }
function def(a: number, b = a + 1, c: number[] = [a, b], { d = c.length, e = 2 }: { d?: number; e?: number } = {}): string { return `${a}${b}${c}${d}${e}`; }
function maybe(o: O): string { return `${o.f?.(2)} ${o.g?.h?.()} ${o.arr?.[0]?.[1]} ${o.arr?.[5]?.[0]} ${o.arr?.at(0)?.length ?? "x"} ${o.s?.length} ${o.s?.charAt(0)} ${(o.n ?? 0) + 1} ${o.f ? o.f(1) : "no"} ${o?.g === null}`; }
function nums(a: number): string { return [`${xs.at(a)}`, `${xs.slice(a)}`, `${xs.slice(-2, a)}`, `${xs.indexOf(4, a)}`, `${str.slice(a)}`, `${str.substring(a, 2)}`, `${str.charAt(a)}`, `${str.at(a)}`, `${str.indexOf("l", a)}`, `${xs.includes(5, a)}`].join("|"); }
function iter(): string { const m = new Map([[1, "a"], [2, "b"], [3, "c"]]); const out: string[] = []; for (const [k, v] of m) { out.push(k + v); if (k === 1) { m.delete(2); m.set(9, "z"); } if (k === 9) break; } const s = new Set([1, 2]); for (const x of s) { out.push(`${x}`); if (x < 5) s.add(x + 2); } const a = [1, 2, 3]; for (const x of a) { out.push(`${x}`); if (a.length < 5) a.push(x * 10); } a.forEach((x, i) => { if (i === 0) a.pop(); out.push("f" + x); }); return out.join(); }
function ops(): string { let a = 5; const r = [a++ + ++a, a-- - --a, 2 ** 3 ** 2, -(2 ** 2), 7 % -3, -7 % 3, 5 / 2 | 0, ~~-5.7, 1 << 33, -1 >>> 28, 0.1 * 3, 1e16 + 1, 5 & -2, a ||= 9, a &&= 3, +true, +"", +" 12 ", -"3", +false]; return r.join(); }
function strs(): string { return [`${str.length}`, `${[...str].length}`, `${str.codePointAt(5)}`, `${str.charCodeAt(5)}`, `${str.toUpperCase()}`, `${str.split("").length}`, `${str.split("l")}`, `${str.split("l", 1)}`, `${str.split(""). slice(0, 3)}`, `${"a,b,,c".split(",")}`, `${"".split(",")}`, `${"".split("")}`, `${"abc".split("abc")}`, `${"aXbxc".replaceAll("x", "$&$&")}`, `${"abc".replace("b", "[$`|$'|$$]")}`, `${"  x ".trimStart() + "|"}`, `${"x".repeat(3)}`, `${"abcabc".lastIndexOf("c", 4)}`, `${"abc" < "abd"}`, `${"a" < "B"}`, `${"10" < "9"}`, `${"ab".concat("c", "d")}`, `${"tEsT".toLowerCase()}`, `${"abc".substr(-2, 1)}`, `${"a-b_c".split("-").flatMap((p) => p.split("_"))}`, `${String.fromCharCode(65, 0x1f600)}`, `${String.fromCodePoint(0x1f600)}`, `${"z".codePointAt(1)}`].join("|"); }
function dates(): string { const d = new Date("2024-02-29T23:59:59.999Z"); const e = new Date(d.getTime() + 1); return [`${d.getUTCDay()}`, `${e.getUTCMonth()}`, `${e.toISOString()}`, `${d < e}`, `${e.getTime() - d.getTime()}`, `${new Date("x").getTime()}`, `${Date.UTC(2000, 0)}`, `${Date.UTC(99, 1, 1)}`, `${new Date(8.64e15 + 1).getTime()}`, `${new Date(1.9).getTime()}`, `${new Date(Date.parse("2020-01-01")).toISOString()}`, `${new Date("2020-01-01T00:00+05:30").toISOString()}`].join("|"); }
function odd(s: string): string[] { return [sw(11) + sw(6) + sw(1), def(1), def(1, undefined, [9]), def(1, 2, [3], { e: 7 }), maybe({ g: null, s: null }), maybe({ f: (x) => x * 3, g: { h: () => "h" }, arr: [[1, 2]], n: 4, s: "q" }), maybe({ g: {}, s: "", arr: [] }), ...[0, -1, 2, 1.9, -0.5, NaN, Infinity, -Infinity, 99, -99].map(nums), iter(), ops(), strs(), dates()]; }

class H { cb?: (x: number) => number; list: ((x: number) => number)[] = []; name: string | null = null; run(x: number): string { if (this.cb) x = this.cb(x); if (this.cb !== undefined && x > 1) { x += this.cb(1); } return `${x}${this.cb?.(3)}${this.list[0]?.(4)}${this.name?.length ?? 0}`; } }
function held(s: string): string[] { const h = new H(); const a = h.run(1); h.cb = (x) => x * 10; h.list.push((x) => x + 1); h.name = s; const m = new Map<string, (n: number) => string>([["a", (n) => "A" + n]]); const f = m.get(s); return [a, h.run(2), `${f?.(1)}`, f ? f(2) : "-", `${m.get("a")?.(5)}`, m.get("zz")?.(1) ?? "none", `${h.cb?.(2)}`]; }

function probe(s: string): string[] { return [...odd(s), ...held(s)]; }

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("oddArguments", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
