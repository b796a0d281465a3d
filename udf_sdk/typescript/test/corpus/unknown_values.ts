// A value of any type where there may be none: parameters, fields, variables, defaults, lists, keys.
// input: {"topic": ["a", "1"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";
interface Ev { name: string; data?: unknown }
function say(x?: unknown, y: unknown = "d"): string { return `${typeof x} ${String(x)} ${typeof y} ${String(y)}`; }
function maybe(line: string): unknown { if (line === "a") return 1; }
function nothing(line: string): unknown { if (line === "a") return; return null; }
const f = (g: (x?: unknown) => string): string => g();
const tasks: ((line: string) => string)[] = [
  (line) => say() + say(line) + say(undefined) + say(null, undefined),
  (line) => typeof maybe(line) + typeof nothing(line),
  (line) => { const e: Ev = { name: line }; const d: Ev = { name: line, data: line === "a" ? 1 : null }; return `${typeof e.data} ${e.data === undefined} ${typeof d.data} ${d.data === null} ${e.data ?? "none"}`; },
  (line) => { let v: unknown; const before = typeof v; v = line; return before + typeof v; },
  (line) => { const e = JSON.parse(`{"name": "${line}"${line === "a" ? "" : ', "data": {"x": [1, null]}'}}`) as Ev; return JSON.stringify(e) + JSON.stringify({ name: line } as Ev) + typeof e.data; },
  (line) => { const { a = "d", b = 2, c = 3 } = { a: line, c: null } as Record<string, unknown>; return `${String(a)}${String(b)}${String(c)}`; },
  (line) => { let v: unknown = line === "a" ? undefined : line; v ??= "set"; let w: unknown = 0; w ||= line; return `${String(v)}${String(w)}${String(v || 1)}${String(w && 2)}`; },
  (line) => [1, 2].map((x: unknown) => typeof x + String(x)).join() + [line, null].map((x: unknown) => String(x)).join(),
  () => f((x) => typeof x),
  (line) => { const xs: unknown[] = [1, line, null, undefined, true]; return xs.join("-") + xs.length + typeof xs[9] + xs.includes(undefined) + xs.indexOf(null); },
  (line) => { const o: Record<string, unknown> = { a: 1, b: undefined, c: null, d: line }; return Object.entries(o).map(([k, v]) => `${k}:${typeof v}`).join() + JSON.stringify(o) + ("z" in o) + typeof o.z; },
  (line) => { const m = new Map<unknown, string>([[1, "n"], ["1", "s"], [null, "x"], [undefined, "u"]]); return `${m.get(1)}${m.get("1")}${m.get(null)}${m.get(undefined)}${m.get(line)}`; },
];
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("unknown", "default"))
  .flatMap((line) => tasks.map((t, i) => ({ key: line + i, value: t(line) })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
