// undefined given for a parameter with a default, in functions, methods and constructors.
// input: {"topic": ["5 x", "", "7 y z"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const SEP = "-";
enum Mode { Plain = "p", Loud = "l" }
interface Options { loud?: boolean; width?: number; mode?: Mode }
function show(s: string, loud = false, width = 4, sep: string = SEP, mode = Mode.Plain): string {
  return (loud ? s.toUpperCase() : s).padStart(width, sep) + mode;
}
function list(xs: string[] = [], last: { n: number } = { n: 1 }, at?: number): string { return xs.join("+") + last.n + (at ?? ""); }
class Printer {
  constructor(private readonly indent = 2, readonly name = "p") {}
  print(s: string, times = 1): string { return " ".repeat(this.indent) + s.repeat(times) + this.name; }
}
class Sub extends Printer { override print(s: string, times = 1): string { return "[" + super.print(s, times) + "]"; } }
function probe(line: string): string[] {
  const parts = line.split(" ");
  const a = parts.at(0);
  const b = parts.at(1);
  const n = a === "" || a === undefined ? undefined : Number(a);
  const o: Options = { width: n, loud: b === "x" ? true : undefined };
  const xs = b === undefined ? undefined : [b ?? ""];
  return [show("q", o.loud, o.width), show("q", undefined, 3), show("q", true, undefined, b), show("q", undefined, undefined, undefined, o.mode), list(xs), list(undefined, undefined, n), list(xs, n === undefined ? undefined : { n }, 1), new Printer(n).print("s", n), new Sub(undefined, b).print("t", n), new Sub().print("u")];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("default_parameters", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
