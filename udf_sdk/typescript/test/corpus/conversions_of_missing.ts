// Values that may be missing, made numbers, texts, truth values and bigints, and compared: null is 0, undefined is not a number.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface R1 { a: boolean | null; b?: boolean; c: boolean; d: string | null; e: number | null; f: bigint | null; g?: number; h?: string; i?: bigint; bs: (boolean | null)[]; o: { z: boolean | null; y?: number; x?: string } | null; dt?: string }
function show1(n: number): string { return Number.isNaN(n) ? "NaN" : String(n); }
function nums1(r: R1): string[] {
  const m = new Map<string, boolean>([["t", true], ["f", false]]); const mn = new Map<string, number>([["a", 1]]);
  return [Number(r.a), Number(r.b), Number(r.c), Number(r.d), Number(r.e), Number(r.f), Number(r.g), Number(r.h), Number(r.i), Number(r.bs[0]), Number(r.o?.y), Number(r.o?.x), Number(m.get("t")), Number(m.get("x")), Number(mn.get("x")), Number(mn.get("a")), Number(undefined), Number(null), Number(), Number(["7"].find((x) => x === "9")), Number(["7"].at(5)), Number(["7"].at(0)), Number([1].pop()), Number(r.a ?? false), Number(!r.a), Number("0x10"), Number(10n), Number(true)].map(show1);
}
function plus(r: R1): string[] { return [show1(+(r.d ?? "7")), show1(+r.c), show1(-(r.h ?? "5"))]; }
function bools(r: R1): string[] { return [Boolean(r.a), Boolean(r.b), Boolean(r.c), Boolean(r.d), Boolean(r.e), Boolean(r.f), Boolean(r.g), Boolean(r.h), Boolean(r.i), Boolean(r.o), Boolean(r.o?.z), Boolean(undefined), Boolean(null), Boolean(), Boolean("x".at(4)), Boolean(new Map<string, number>([["a", 0]]).get("a"))].map(String); }
function texts(r: R1): string[] { return [String(r.a), String(r.b), String(r.d), String(r.e), String(r.f), String(r.g), String(r.h), String(r.i), String(r.o?.y), String(undefined), String(null), String(), `${r.a}${r.b}${r.d}${r.e}${r.f}${r.g}${r.h}${r.i}${r.o?.x}`, "" + r.a + r.b + r.e + r.i, [r.a, r.b, r.d === null ? null : true].join("/"), [r.e, r.g ?? null].join("/"), String([r.e, r.e]), `${[r.h, "x"]}`]; }
function bigs(r: R1): string[] { return [BigInt("0x10"), BigInt("  12  "), BigInt("0b101"), BigInt("0o17"), BigInt(""), BigInt("-5"), BigInt("+5"), BigInt(7), BigInt(true), BigInt(r.c), BigInt("-0"), BigInt("9223372036854775807"), BigInt("0xFF"), BigInt("0X1f")].map(String); }
function maps(r: R1): string[] { return [...[r.a, r.b ?? null].map(Number).map(show1), ...[r.e, 3].map(Number).map(show1), ...[r.h, "4"].map(Number).map(show1), ...[r.d, "4"].map(String), ...[r.g, 4].map(String), ...[r.a, true].map(Boolean).map(String), ...[r.h, "", "z"].filter(Boolean).map(String), ...["1", "2", "x"].map(parseFloat).map(show1)]; }
function cmp(r: R1): string[] { return [r.g === 1, r.e === null, r.e === 2, r.g === undefined, r.d === "x", r.h !== "x", r.b === false, r.a === true, r.i === 5n, r.e == null, r.g == null, r.d != null, (r.e ?? 0) < 5, r.a === r.c, r.e === (r.g ?? 9), r.h === r.dt].map(String); }
function all1(r: R1): string[] { return [nums1(r), plus(r), bools(r), texts(r), bigs(r), maps(r), cmp(r)].flat(); }
const none1: R1 = { a: null, c: false, d: null, e: null, f: null, bs: [null, true], o: null };
const some1: R1 = { a: true, b: false, c: true, d: "12", e: 2, f: 3n, g: 1, h: "x", i: 5n, bs: [false], o: { z: true, y: 4, x: "9" }, dt: "x" };
const zero1: R1 = { a: false, b: true, c: true, d: "", e: 0, f: 0n, g: 0, h: "", i: 0n, bs: [true], o: { z: null } };
function probe1(s: string): string[] { return [none1, some1, zero1].flatMap(all1); }

interface R2 { o: { z: boolean | null; y: number | null; x: string | null; w?: number | null } | null; p?: { q: { r: bigint | null } | null } }
const m2 = new Map<string, number | null>([["a", 1], ["n", null]]);
const xs2: (string | null)[] = ["1", null];
function all2(r: R2): string[] { return [Number(r.o?.z), Number(r.o?.y), Number(r.o?.x), Number(m2.get("a")), Number(m2.get("n")), Number(m2.get("q")), Number(xs2.at(0)), Number(xs2.at(1)), Number(xs2.at(7)), Number(xs2.find((x) => x === "9")), Number(xs2.find((x) => x === null)), Number(r.p?.q?.r)].map(String).concat([String(r.o?.z), `${r.o?.y}|${r.o?.x}|${m2.get("n")}|${m2.get("q")}|${xs2.at(1)}|${xs2.at(9)}|${r.p?.q?.r}`, "" + r.o?.z, String(Boolean(m2.get("n")))]); }
function probe2(s: string): string[] { return [all2({ o: null }), all2({ o: { z: null, y: null, x: null }, p: { q: null } }), all2({ o: { z: true, y: 2, x: "3" }, p: { q: { r: 5n } } }), all2({ o: { z: false, y: 0, x: "" }, p: { q: { r: null } } })].flat(); }

class C { constructor(public n: number) {} }
interface R3 { e: number | null; g?: number; d: string | null; h?: string; a: boolean | null; b?: boolean; c: C | null; k?: C }
function all3(r: R3): string[] { return [r.e === r.g, r.e !== r.g, r.e == r.g, r.e != r.g, r.d === r.h, r.d !== r.h, r.d == r.h, r.a === r.b, r.a != r.b, r.c === r.k, r.c !== r.k, r.c == r.k, r.e === 0, r.g === r.g, r.d === r.d].map(String); }
function probe3(s: string): string[] { const c = new C(1); return [all3({ e: null, d: null, a: null, c: null }), all3({ e: 1, g: 1, d: "x", h: "x", a: true, b: true, c, k: c }), all3({ e: 0, d: "", a: false, c }), all3({ e: null, g: 0, d: null, h: "", a: null, b: false, c: null, k: c })].flat(); }

function probe(s: string): string[] { return [...probe1(s), ...probe2(s), ...probe3(s)]; }

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("conversionsOfMissing", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
