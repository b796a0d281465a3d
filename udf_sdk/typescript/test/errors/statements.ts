// Statements that a job does not have.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function keysOf(o: { a: number }): string {
  let out = "";
  for (const k in o) out += k; // error
  return out;
}

function labelled(rows: number[][]): number {
  block: { // error
    if (rows.length > 1) break block;
  }
  return 1;
}

function removed(o: { a?: string }): boolean {
  delete o.a; // error
  return "a" in o; // error
}

function* generate(): Generator<number> { // error
  yield 1;
}

function declared(n: number): number {
  if (n > 1) {
    var q = 1;
  } else {
    var q = 2; // error
  }
  return q; // error
}

function above(): number {
  const before = hoisted ?? 1; // error
  var hoisted: number | undefined = 5;
  return before + hoisted;
}

function turns(xs: number[]): number {
  const later: (() => number)[] = [];
  for (var i = 0; i < xs.length; i++) later.push(() => i); // error
  for (const x of xs) {
    var seen: number | undefined; // error
    if (x > 1) seen = x;
    var twice = x * 2;
    later.push(() => seen ?? 0);
    if (twice > 9) break;
  }
  return later.reduce((sum, f) => sum + f(), 0);
}

namespace Inner { // error
  export const one = 1;
}

function fine(s: string): string {
  return s;
}

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("statements", "default"))
  .map((w) => fine(w))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
