// Unions of object types with a discriminant, narrowed by switch, if and in helper functions; in records and arrays.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Circle = { kind: "circle"; radius: number };
type Square = { kind: "square"; side: number; label?: string };
type Shape = Circle | Square | { kind: "empty" };

type Result = { ok: true; value: number } | { ok: false; error: string };

interface Click {
  type: "click";
  page: string;
}

interface Buy {
  type: "buy";
  page: string;
  amount: number;
}

type Event = Click | Buy;

function area(s: Shape): number {
  switch (s.kind) {
    case "circle":
      return Math.PI * s.radius * s.radius;
    case "square":
      return s.side ** 2;
    case "empty":
      return 0;
  }
}

function parse(text: string): Result {
  const value = Number(text);
  if (isNaN(value)) return { ok: false, error: "not a number: " + text };
  return { ok: true, value };
}

function show(r: Result): string {
  return r.ok ? r.value.toFixed(1) : r.error;
}

function shape(w: string): Shape {
  if (w.length > 4) return { kind: "circle", radius: w.length };
  if (w.length > 2) return { kind: "square", side: w.length, label: w };
  return { kind: "empty" };
}

function event(w: string): Event {
  return w.includes("e") ? { type: "buy", page: w, amount: w.length * 1.5 } : { type: "click", page: w };
}

const words = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("unions", "default"))
  .flatMap((s) => s.split(" "));

words
  .map((w) => ({ w, shape: shape(w), results: [parse(w), parse("1" + w.length)] }))
  .map((r) => ({ key: r.w, value: `${area(r.shape).toFixed(3)} ${r.shape.kind} ${r.shape.kind === "square" ? (r.shape.label ?? "-") : ""} ${r.results.map(show).join("|")}` }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();

words
  .map(event)
  .keyBy((e) => e.type)
  .reduce((a, b) => (a.type === "buy" && b.type === "buy" ? { ...a, amount: a.amount + b.amount } : b))
  .sink(Redis.new<Event>().host("h").keyExtractor((e) => e.type).valueExtractor((e) => (e.type === "buy" ? `${e.page} ${e.amount}` : e.page)))
  .execute();
