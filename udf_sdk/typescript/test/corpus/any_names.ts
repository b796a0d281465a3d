// Fields with any name that JSON can have: read, written, taken apart, spread, and named to the engine.
// input: {"topic": [{"it's": 0, "say \"hi\"": 1, "back\\slash": 2, "path/x": 3, "path\\/x": 4, "\u00e9": 5, "\u65e5\u672c": 6, "\ud83d\ude00": 7, "0": 8, "1a": 9, "a-b": 10, "a.b": 11, "a$u27b": 12, "a'b": 13, "get": 14, "get$": 15, "__proto_": 16, "constructor": 17, "__x": 18, "toString": 19, "${x}": 20, "`": 21, " ": 22, "null": 23, "true": 24, "this": 25, "$u_get": 26, "a;b": 27, "a:number;b": 28, "//": 29, "/*": 30, "valueOf": 31, "length": 32}, {"it's": 100, "say \"hi\"": 101, "back\\slash": 102, "path/x": 103, "path\\/x": 104, "\u00e9": 105, "\u65e5\u672c": 106, "\ud83d\ude00": 107, "0": 108, "1a": 109, "a-b": 110, "a.b": 111, "a$u27b": 112, "a'b": 113, "get": 114, "get$": 115, "__proto_": 116, "constructor": 117, "__x": 118, "toString": 119, "${x}": 120, "`": 121, " ": 122, "null": 123, "true": 124, "this": 125, "$u_get": 126, "a;b": 127, "a:number;b": 128, "//": 129, "/*": 130, "valueOf": 131, "length": 132}]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Row { "it's": number; "say \"hi\"": number; "back\\slash": number; "path/x": number; "path\\/x": number; "\u00e9": number; "\u65e5\u672c": number; "\ud83d\ude00": number; "0": number; "1a": number; "a-b": number; "a.b": number; "a$u27b": number; "a'b": number; "get": number; "get$": number; "__proto_": number; "constructor": number; "__x": number; "toString": number; "${x}": number; "`": number; " ": number; "null": number; "true": number; "this": number; "$u_get": number; "a;b": number; "a:number;b": number; "//": number; "/*": number; "valueOf": number; "length": number }

function changed(r: Row): Row {
  const { "it's": v0, "say \"hi\"": v1, "back\\slash": v2, "path/x": v3, "path\\/x": v4, "\u00e9": v5, ...rest } = r;
  const copy: Row = { ...rest, "it's": v0 + 1, "say \"hi\"": v1 + 1, "back\\slash": v2 + 1, "path/x": v3 + 1, "path\\/x": v4 + 1, "\u00e9": v5 + 1 };
  copy["it's"] += 1; copy["say \"hi\""] += 1; copy["back\\slash"] += 1; copy["path/x"] += 1; copy["path\\/x"] += 1; copy["\u00e9"] += 1; copy["\u65e5\u672c"] += 1; copy["\ud83d\ude00"] += 1; copy["0"] += 1; copy["1a"] += 1; copy["a-b"] += 1; copy["a.b"] += 1; copy["a$u27b"] += 1; copy["a'b"] += 1; copy["get"] += 1; copy["get$"] += 1; copy["__proto_"] += 1; copy["constructor"] += 1; copy["__x"] += 1; copy["toString"] += 1; copy["${x}"] += 1; copy["`"] += 1; copy[" "] += 1; copy["null"] += 1; copy["true"] += 1; copy["this"] += 1; copy["$u_get"] += 1; copy["a;b"] += 1; copy["a:number;b"] += 1; copy["//"] += 1; copy["/*"] += 1; copy["valueOf"] += 1; copy["length"] += 1;
  return copy;
}
/** Inside a function a name may be anything. */
function inside(n: number): number { const o = { "": n, "a\nb": 1, "\u2028": 2 }; o[""] += 1; return o[""] + o["a\nb"] + o["\u2028"]; }
function sum(r: Row): string { return [r["it's"], r["say \"hi\""], r["back\\slash"], r["path/x"], r["path\\/x"], r["\u00e9"], r["\u65e5\u672c"], r["\ud83d\ude00"], r["0"], r["1a"], r["a-b"], r["a.b"], r["a$u27b"], r["a'b"], r["get"], r["get$"], r["__proto_"], r["constructor"], r["__x"], r["toString"], r["${x}"], r["`"], r[" "], r["null"], r["true"], r["this"], r["$u_get"], r["a;b"], r["a:number;b"], r["//"], r["/*"], r["valueOf"], r["length"]].join() + inside(r["it's"]); }

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<Row>()
  .createFlow(ExecutionContext.new("anyNames", "default"))
  .map((r) => changed(r))
  .map((r) => ({ ...r, "it's": r["it's"] * 2, "//": r["//"]}))
  .keyBy((r) => ({ "a b": r["a'b"], '"': r["`"] }))
  .reduce((a, b) => ({ ...b, "0": a["0"] + b["0"] }))
  .sink(Redis.new<Row>().host("h").keyExtractor((r) => String(r["/*"])).valueExtractor(sum))
  .execute();
