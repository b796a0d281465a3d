// Parameters that may be left out: computed defaults, defaults of overrides, rest behind them, in function values too; those that are fields and captured.
// input: {"topic": ["a", "three words here", ""]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function tagged(n: number, by = n * 2, ...more: string[]): string { return `${n},${by},${more.join("-")}`; }
const sum = (first?: string, ...xs: readonly number[]): string => `${first ?? "?"}${xs.reduce((a, b) => a + b, 0)}`;
function filled(xs: number[] = [], length = xs.length, show = () => xs.length + length): string { xs.push(1); return `${xs.length}/${length}/${show()}`; }
const nested = (x: number | undefined = 1, y = x + 1, { z = y } = {}): number => x * 100 + y * 10 + z;
function times(n: number, by = 3): number { return n * by; }
function last<T>(xs: T[], i = xs.length - 1, ...instead: T[]): T { return instead.length > 0 ? instead[0] : xs[i]; }

abstract class Shape {
  abstract get size(): number;
  abstract set size(v: number);
  abstract show(unit?: string): string;
  grow(by = 1, ...marks: string[]): string { this.size += by; return this.show() + marks.length; }
}
class Square extends Shape {
  readonly half: number;
  constructor(private side = 2, public name: string = "s" + side) {
    super();
    const half = () => side / 2 + name.length;
    this.half = half();
  }
  get size(): number { return this.side; }
  set size(v: number) { this.side = v; }
  show(unit = "mm"): string { return `${this.name}${this.side}${unit}${this.half}`; }
  override grow(by = 10, ...marks: string[]): string { return super.grow(by, "x", ...marks); }
}
class Line extends Shape {
  constructor(private long: number) { super(); }
  get size(): number { return this.long; }
  set size(v: number) { this.long = v; }
  show(unit?: string): string { return `line${this.size}${unit ?? ""}`; }
}
interface Joiner { join(sep?: string, ...xs: string[]): string }
class Plus implements Joiner { join(sep?: string, ...xs: string[]): string { return xs.join(sep ?? "+"); } }
const table: ((n: number, by?: number) => number)[] = [(n, by = 10) => n * by, (n) => n, times];

function probe(line: string): string[] {
  const words = line.split(" ");
  const n = line.length > 5 ? line.length : undefined;
  const local = (a: number, b = a + (n ?? 0), ...r: number[]): number => a + b + r.length;
  const shapes: Shape[] = [new Square(), new Square(n), new Square(undefined, "q"), new Line(4)];
  const joiner: Joiner = new Plus();
  return [
    tagged(1), tagged(1, n), tagged(1, 2, ...words), sum(), sum("a"), sum("a", 1, 2),
    filled(), filled([1, 2]), filled([], n), filled(undefined, 5),
    `${nested()} ${nested(n)} ${nested(undefined, n)} ${nested(1, 2, { z: n })}`,
    last(words), last(words, 0), last(words, 0, "m", "n"),
    ...shapes.map((s) => s.grow()), ...shapes.map((s) => s.grow(2, ...words)), ...shapes.map((s) => s.show("cm")),
    joiner.join(), joiner.join("-", ...words),
    ...table.map((f) => `${f(2)},${f(2, n)}`), `${local(1)} ${local(1, n)} ${local(1, undefined, 3, 4)}`,
    [1, 2].map((v) => times(v)).join(),
  ];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("parameters", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
