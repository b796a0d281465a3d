// Values of several types, told apart by typeof, by instanceof, by Array.isArray and by a literal field.
// input: {"topic": ["1", "x", "", "3.5", "true"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Id = string | number;
type Cell = string | number | boolean | null;
type Shape = { kind: "circle"; size: number } | { kind: "rect"; size: [number, number] } | { kind: "named"; size: string };
type Json = string | number | string[] | { deep: number };
interface Row { id: Id; cells: Cell[]; note?: string | number }

function parse(s: string): Cell {
  if (s === "") return null;
  if (s === "true") return true;
  const n = Number(s);
  return Number.isNaN(n) ? s : n;
}
function show(c: Cell): string {
  switch (typeof c) {
    case "string": return `"${c}"`;
    case "number": return c.toFixed(1);
    case "boolean": return c ? "yes" : "no";
    default: return "null";
  }
}
function key(id: Id): string {
  return typeof id === "number" ? `#${id + 1}` : id.toUpperCase();
}
function area(s: Shape): number {
  switch (s.kind) {
    case "circle": return s.size * 3;
    case "rect": return s.size[0] * s.size[1];
    case "named": return s.size.length;
  }
}
function json(j: Json): string {
  if (typeof j === "string") return j;
  if (Array.isArray(j)) return j.join("+");
  if (typeof j === "object") return `deep ${j.deep}`;
  return j.toFixed(2);
}
function first<T>(xs: T[], other: T): T { return xs[0] ?? other; }

const tasks: ((line: string) => string)[] = [
  (line) => show(parse(line)),
  (line) => [line, line.length, Number(line)].map((x) => key(x)).join(),
  (line) => { const m = new Map<Id, number>(); for (const k of [line, 1, "1", NaN, NaN, 1, line]) m.set(k, (m.get(k) ?? 0) + 1); return [...m].map(([k, v]) => `${typeof k}:${k}=${v}`).join(); },
  (line) => { const s = new Set<Cell>([line, 1, true, null, "1", line, 0, -0]); return `${s.size}${s.has(parse(line))}${[...s].map(show).join()}`; },
  (line) => [1, "1", line].includes(key(line)) + " " + [1, "a", 2].indexOf(line) + ([1, "x"] as Id[]).indexOf("x"),
  (line) => { const id: Id = line.length > 0 ? line : 0; return `${id}` + String(id) + (id ? "t" : "f") + (id === line) + (id === 0) + id.toString(); },
  (line) => [{ kind: "circle" as const, size: 2 }, { kind: "rect" as const, size: [2, 3] as [number, number] }, { kind: "named" as const, size: line }].map((s: Shape) => area(s)).join(),
  (line) => { const r: Row = { id: line, cells: line.split("").map(parse), note: line === "x" ? 1 : undefined }; return JSON.stringify(r) + JSON.stringify([1, line, true] as Cell[]); },
  (line) => { const r = JSON.parse(`{"id": ${line === "1" ? 1 : '"a"'}, "cells": [1, "a", null, true]}`) as Row; return key(r.id) + r.cells.map(show).join("") + (r.note ?? "none"); },
  (line) => [line, line.length, line.split(""), { deep: 3 }].map((j: Json) => json(j)).join("|"),
  (line) => { let c: Cell = line; if (line === "1") c = 1; if (line === "") c = null; const d = c ?? "nothing"; return `${d}${c === null}${c == null}${typeof c}`; },
  (line) => String(first<Id>([], line)) + first<Id>([1], line) + Number(first<Id>([line], 1)),
  (line) => { const a: Cell = parse(line), b: Cell = parse("1"); return `${a === b} ${a !== b} ${a === "x"} ${1 === a}`; },
  (line) => { let total = 0; for (const c of [1, "2", true, null, line] as Cell[]) { if (typeof c === "number") total += c; else if (typeof c === "string" && c) total += c.length; } return String(total); },
  (line) => { const v: unknown = line === "1" ? 1 : line; if (typeof v === "number") return "n" + (v + 1); if (typeof v === "string") return "s" + v.length; return "?"; },
  (line) => { const f = (x?: string | number): string => x === undefined ? "none" : typeof x === "string" ? x : String(x * 2); return f() + f(line) + f(2); },
  (line) => { const rec: Record<string, string | number> = { a: line, b: 2 }; let s = ""; for (const [k, v] of Object.entries(rec)) s += k + (typeof v === "number" ? v + 1 : v); return s + (rec["c"] ?? "-"); },
  (line) => (["b", 2, line, 10] as Id[]).sort().join() + ([3, "a"] as Id[]).map((x) => (typeof x === "number" ? x * 2 : x + "!")).join(),
  (line) => { const e: Error | string = line === "x" ? new Error("bad") : line; return e instanceof Error ? e.message : e; },
];

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("unions", "default"))
  .flatMap((line) => tasks.map((t, i) => ({ key: `${line} ${i}`, value: t(line) })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
