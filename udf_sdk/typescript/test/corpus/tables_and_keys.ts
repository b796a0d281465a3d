// Tables with a field per key, names of enum members, lines joined of different types, exhaustive switches, sinks for looser types.
// input: {"events": [{"id": 1, "level": "warn", "ms": 12.5}, {"id": 2, "level": "info"}, {"id": 3, "level": "error", "ms": 0}, {"id": 4, "level": "odd", "ms": 7}]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Level = "info" | "warn" | "error";
enum Grade {
  Low = 10,
  Middle,
  High = -1,
}
type Shape = { kind: "circle"; r: number } | { kind: "square"; side: number } | { kind: "none" };
interface Source {
  id: number;
  level: string;
  ms?: number;
}

const WEIGHT: Record<Level, number> = { info: 1, warn: 2.5, error: 10 };
const LABELS = { info: { short: "I", long: "info" }, warn: { short: "W", long: "warning" }, error: { short: "E", long: "error" } } as const;
const BY_NUMBER = { 1: "one", 2: "two" };
const SPECS = ["a:1", "b:2"].map((s) => ({ name: s.slice(0, 1), n: Number(s.slice(2)), words: s.split(":") }));

function levelOf(s: string): Level {
  return s === "warn" || s === "error" ? s : "info";
}

function area(shape: Shape): number {
  switch (shape.kind) {
    case "circle":
      return Math.round(Math.PI * shape.r ** 2);
    case "square":
      return shape.side * shape.side;
    case "none":
      return 0;
    default: {
      const unknown: never = shape;
      throw new Error(`no such shape: ${unknown}`);
    }
  }
}

function short(level: Level): string {
  switch (level) {
    case "info":
      return "i";
    case "warn":
      return "w";
    case "error":
      return "e";
    default: {
      const never: never = level;
      return never;
    }
  }
}

let calls = 0;
const GRADES = [Grade.Low, Grade.Middle, Grade.High];

function line(e: Source): string {
  let order = "";
  const level = levelOf(e.level);
  const next = (s: Level): Level => {
    order += s;
    return s;
  };
  const shapes: Shape[] = [{ kind: "circle", r: e.id }, { kind: "square", side: e.id }, { kind: "none" }];
  const copies = SPECS.map((s) => ({ ...s }));
  copies[0].n = e.id;
  copies.sort((a, b) => b.n - a.n);
  const lists = SPECS.map((s) => [...s.words]);
  lists[0].push("more");
  lists.forEach((l) => l.reverse());
  const groups: { all: (typeof SPECS)[number][] } = { all: [] };
  groups.all.push(SPECS[0]);
  groups.all.push(SPECS[1]);
  groups.all.reverse();
  const deep = SPECS.map((s) => ({ ...s, words: [...s.words] }));
  deep[0].words.push(e.level);
  for (const d of deep.filter((x) => x.n > 1)) d.words.unshift("q");
  const byName = new Map(deep.map((d): [string, typeof d] => [d.name, d]));
  for (const [, d] of byName) d.n += d.words.length;
  const tally = { info: 0, warn: 0, error: 0 };
  for (const s of shapes) tally[next(level)] += s.kind.length;
  const before = tally[level]++;
  tally[level === "info" ? "warn" : "info"] = before * 2;
  const { size } = new Map([[level, before]]);
  const { size: distinct } = { size: new Set(lists.map((l) => l.length)).size };
  order += `${tally.info} ${tally.warn} ${tally.error} ${size} ${distinct}`;
  const counts = SPECS.map((s) => ({ name: s.name, hits: 0 }));
  for (const c of counts) c.hits += e.id;
  return [
    e.id,
    level,
    WEIGHT[level],
    WEIGHT[next(level)] * 2,
    LABELS[level].long,
    LABELS[level]["short"],
    BY_NUMBER[e.id > 1 ? 2 : 1],
    Grade[GRADES[e.id % 3]],
    e.ms,
    null,
    e.ms === undefined,
    `${[e.ms, 1, undefined]}`,
    [e.ms ?? null, null].join("+"),
    shapes.map(area),
    short(level),
    order,
    copies.map((c) => c.name + c.n),
    lists.map((l) => l.join("")).join(),
    counts.map((c) => c.hits),
    deep.map((d) => d.n + d.words.join("")),
    e.ms ?? "none",
  ].join("|");
}

const ctx = ExecutionContext.new("tables", "default");
const events = Kafka.builder().brokers(["h:1"]).topic("events").group("g").build<Source>().createFlow(ctx);
events.map((e) => ({ id: e.id, text: line(e) })).sink(Redis.new<{ id: number; text: string }>().host("h").keyExtractor((r) => `${r.id}`).valueExtractor((r) => r.text)).execute();

interface Narrow {
  id: number;
}
events.map((e): Narrow => ({ ...e })).sink(Redis.new<Narrow>().host("h").keyExtractor((r) => `${r.id}`).valueExtractor((r) => `${r.id}`)).name("narrow").execute();
events
  .map((e) => ({ level: levelOf(e.level), ms: e.ms === undefined ? undefined : e.ms + calls }))
  .sink(Redis.new<{ level: string; ms?: number }>().host("h").keyExtractor((r) => r.level).valueExtractor((r) => `${r.ms ?? "unknown"}`))
  .name("loose")
  .execute();
