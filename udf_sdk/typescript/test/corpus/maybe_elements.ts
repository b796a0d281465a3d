// Elements that may not be there, taken by patterns and variables, and asked for later.
// input: {"topic": ["a b c", "a", "", "x=1 y=2", "5"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Pair { name: string; value?: string }
function orNone(s: string | undefined): string { return s ?? "none"; }
function first(xs: string[]): string | undefined { return xs[0]; }
function third(xs: number[]): number | undefined { return xs[2]; }
function pair(s: string): Pair { const [name, value] = s.split("="); return { name, value }; }
function command(line: string): string {
  const [verb, target] = line.split(" ");
  switch (target) { case "b": return verb + "!"; case "x": return "x"; default: return `${verb}?`; }
}
function typed(xs: string[]): string {
  const w = xs[1];
  if (w === undefined) return "short";
  return w.toUpperCase();
}
function numbers(xs: number[]): string {
  const [a, b] = xs;
  const c = xs[2];
  if (b === undefined) return `only ${a}`;
  return c === undefined ? `two ${a + b}` : `three ${a + b + c}`;
}
function looped(rows: string[][]): string {
  let out = "";
  for (const [k, v] of rows) out += v ? `${k}:${v};` : `${k};`;
  return out;
}
function swapped([a, b]: string[]): string { return b == null ? a + "|" : b + a; }
function captured(xs: string[]): () => string { const [, b] = xs; return () => b?.trim() ?? "nothing"; }
function changed(xs: string[]): string { let [a, b] = xs; b ??= "filled"; a = a || "empty"; return a + b; }
function peeked(s: string): string { const c = s[3]; const [d, e] = s; return `${c}${c === "c"}${e === undefined}${d ?? "-"}`; }
function compared(xs: string[]): string { const [a, b] = xs; return `${b === "b"} ${a !== b} ${b === a}`; }
function parts(line: string): string[] {
  const ws = line.split(" ");
  const ns = ws.map(Number).filter((n) => !isNaN(n));
  return [orNone(ws[1]), first(ws) ?? "-", `${third(ns)}`, ws.map(pair).map((p) => `${p.name}->${p.value ?? "?"}`).join(), command(line), typed(ws), numbers(ns.length ? ns : [7]), looped(ws.map((w) => w.split("="))), swapped(ws), captured(ws)(), changed(ws), peeked(line), compared(ws)];
}
function probe(line: string): string[] { return parts(line); }

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("maybe_elements", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
