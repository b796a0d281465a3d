import { ExecutionContext, Kafka, Redis } from "lightflus-api"; import * as __lf from "~lf/index";
// Functions that misbehave; abi_errors.test.mjs says what must happen. One function per line, numbered from 0.
class Kept { text: string = ""; list: Array<string> = []; map: Map<string, f64> = new Map<string, f64>(); scratch: Array<f64> = []; }
const kept = new Kept(); let last = "";
const texts = Kafka.builder().topic("t").build<string>(null, "").createFlow(ExecutionContext.new("trouble"));
texts.map<string>(0, (env: usize, v: string): string => { if (v == "bad") { __lf.fail("no: " + v, "trouble.ts", 6, 77); unreachable(); } return v; }, "");
texts.map<f64>(0, (env: usize, v: string): f64 => <f64>grow(v).length, "");
texts.map<string>(0, (env: usize, v: string): string => { last = v; return v; }, "");
texts.map<string>(0, (env: usize, v: string): string => { kept.text = v; return v; }, "");
texts.map<string>(0, (env: usize, v: string): string => { kept.list.push(v); return v; }, "");
texts.map<string>(0, (env: usize, v: string): string => { kept.map.set(v, 1); return v; }, "");
texts.map<string>(0, (env: usize, v: string): string => { for (let i = 0; i < 99; i++) kept.scratch.push(1); return v; }, "");
texts.map<i32>(0, (env: usize, v: string): i32 => deep(v.length), "");
texts.map<string>(0, (env: usize, v: string): string => { __lf.log(2, "saw " + v); return v; }, "");
texts.map<string>(0, (env: usize, v: string): string => { if (v == "bad") throw new Error("thrown"); return v; }, "");
texts.map<string>(0, (env: usize, v: string): string => { __lf.fail("x".repeat(100000), "", 0, 0); return v; }, "").sink(
  Redis.new<string>().host("h").keyExtractor(0, (env: usize, v: string): string => v, '"field":[]').valueExtractor(0, (env: usize, v: string): string => v, '"field":[]'), "").execute();
function grow(v: string): string { let s = v; while (true) { s = s + s; if (s.length == 0) break; } return s; }
function deep(n: i32): i32 {
  const zero = n - n;
  return 100 /
    zero;
}
