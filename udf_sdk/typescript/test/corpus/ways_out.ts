// What the compiler's messages advise, each taken: where a message names code, that code stands here.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class Base {
  static n = 1;
  a = 1;
  protected v = 2;
  get size(): number | undefined { return this.v; }
}
abstract class Named {
  abstract get name(): string;
}
class Special extends Base {
  static override n = 10;
  declare a: number;
  override get size(): number | undefined { return 3; }
}
class Title extends Named {
  constructor(private readonly held: Map<string, number>) { super(); }
  get name(): string { return `${this.held.size}`; }
  toString(): string { return this.name; }
}
interface Narrow { a: string }
interface Wide extends Narrow { b: number }
enum Level { Low = 1, High = 2 }

function only<T extends Narrow>(value: T): string { return value.a; }
function plain(value: Narrow): string { return value.a; }
function calls(xs: (number | null)[], m: Map<string, number>, maybe: number | undefined, t: [string, string?]): string[] {
  const wide: Wide = { a: "w", b: 1 };
  const filled: number[] = [];
  filled.push(1);
  const pair: [string, string] = ["x", "y"];
  const groups = new Map<string, number[]>();
  for (const x of [1, 2, 3]) groups.set(x > 1 ? "many" : "one", [...(groups.get(x > 1 ? "many" : "one") ?? []), x]);
  const some = xs.filter((x) => x != null).sort((a, b) => (a ?? 0) - (b ?? 0));
  const spliced = filled.slice();
  spliced.splice(0, 1);
  let found = "";
  for (const [i, x] of filled.entries()) found += `${i}${x}`;
  for (const k of m.keys()) found += k;
  const frozen = Object.freeze({ k: 1 });
  return [
    Array.from({ length: 2 }, () => 7).join(), Array.from({ length: 3 }, (_, i) => i * i).join(), new Array<number>(2).fill(5).join(),
    `${new Date(Date.UTC(2024, 1, 29)).toISOString()}`, [1.5].map((x) => Math.floor(x)).join(), `${maybe ?? 0}`, `${maybe === undefined}`, `${(maybe ?? 1) > 0}`,
    some.join(), ["b", "a"].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(), spliced.length.toString(), found, [...m.values()].join(), String(frozen.k),
    [t[0], t[1] ?? "-"].join(), `${t[1] === undefined}`, [...pair].join(), [[1], [2]].flat().join(), [[["a"]]].flat(2).join(), [1, 2].flatMap((x) => [x, x]).join(),
    only(wide), plain({ a: wide.a }), [wide].map((r): Narrow => ({ a: r.a })).map((r) => r.a).join(), `${BigInt(5) > 4n}`, `${5n + BigInt(1)}`, `${new Title(m)}`,
    [...groups].map(([k, v]) => `${k}:${v.join("+")}`).join(), Level[Level.High], String(Base.n + Special.n), `${new Special().a}${new Special().size}`,
  ];
}
function sets(a: Set<string>, b: Set<string>): string[] {
  const all = [
    new Set([...a, ...b]), new Set([...a].filter((x) => b.has(x))), new Set([...a].filter((x) => !b.has(x))),
    new Set([...[...a].filter((x) => !b.has(x)), ...[...b].filter((x) => !a.has(x))]),
  ];
  return [...all.map((s) => [...s].join()), `${[...a].every((x) => b.has(x))} ${[...b].every((x) => a.has(x))} ${[...a].every((x) => !b.has(x))}`];
}
function wellFormed(s: string): boolean { return ![...s].some((c) => c.length === 1 && c >= "\ud800" && c <= "\udfff"); }
function probe(s: string): string[] {
  const text = [wellFormed(s + "😀"), wellFormed("a\ud800")].join();
  return [...calls([3, null, 1], new Map([[s, 1]]), s === "a" ? undefined : 2, s === "a" ? ["q"] : ["q", "r"]), ...sets(new Set(["a", "b"]), new Set(["b", "c"])), text, s.split(" ").filter((w) => w !== "").join()];
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("waysOut", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
