import { ExecutionContext, Kafka, Redis } from "lightflus-api"; import * as __lf from "~lf/index"; import { All, Point } from "~lf/records";
// Functions over every type that can cross the border; most hand their argument on. Numbers of functions: see FUNCTIONS in abi_values.test.mjs.
const ctx = ExecutionContext.new("types");
const all = Kafka.builder().topic("all").build<All>(null, "").createFlow(ctx);
all.map<All>(0, (env: usize, v: All): All => v, "").flatMap<All>(0, (env: usize, v: All): Array<All> => {
  const out = new Array<All>(); for (let i = 0; i < v.numbers.length; i++) out.push(v); return out;
}, "").filter(0, (env: usize, v: All): bool => v.flag, "").keyBy<Point>(0, (env: usize, v: All): Point => v.point, "").reduce(0, (env: usize, a: All, b: All): All => {
  const sum = changetype<All>(__new(offsetof<All>(), idof<All>())); memory.copy(changetype<usize>(sum), changetype<usize>(a), offsetof<All>());
  sum.number = a.number + b.number; sum.text = a.text + b.text; sum.maybePoint = b.maybePoint; return sum;
}, "");
const texts = Kafka.builder().topic("texts").build<string>(null, "").createFlow(ctx);
texts.map<string | null>(0, (env: usize, v: string): string | null => v.length ? v : null, "").map<string | null>(0, (env: usize, v: string | null): string | null => v, "");
const numbers = Kafka.builder().topic("numbers").build<f64>(null, "").createFlow(ctx);
numbers.map<f64>(0, (env: usize, v: f64): f64 => v, "").keyBy<f64>(0, (env: usize, v: f64): f64 => v, '"field":[]').reduce(0, (env: usize, a: f64, b: f64): f64 => a + b, "");
texts.map<Array<string>>(0, (env: usize, v: string): Array<string> => v.split(","), "").map<Array<string>>(0, (env: usize, v: Array<string>): Array<string> => v, "");
texts.map<Point | null>(0, (env: usize, v: string): Point | null => v.length ? new Point(<f64>v.length, v) : null, "").map<Point | null>(0, (env: usize, v: Point | null): Point | null => v, "");
numbers.map<string>(0, (env: usize, v: f64): string => String.fromCharCode(<i32>v), "");
all.map<f64>(0, (env: usize, v: All): f64 => v.number + <f64>v.points.length, '"reads":["points","number"],"name":"reader","position":{"file":"types.ts","line":27,"column":9}')
  .sink(Redis.new<f64>().host("h").port(7000.0).keyExtractor(0, (env: usize, v: f64): string => "k", '"reads":[]').valueExtractor(0, (env: usize, v: f64): string => "v", ""), "").name("out").execute();
