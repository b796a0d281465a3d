// Expressions that a job does not have.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function computed(name: "a" | "b"): string {
  const o = { a: 1, b: "2" };
  return `${o[name]}`; // error
}

function wider(point: { x: number; y: number; name: string }): number {
  const norm = (p: { x: number; y: number }): number => p.x * p.x + p.y * p.y;
  return norm(point); // error
}

function tagged(s: string): string {
  return String.raw`${s}`; // error
}

function printed(o: { a: number }): string {
  return "" + o; // error
}

function mixed(a: bigint, b: number): boolean {
  return a > b; // error
}

class Doubler {
  readonly double = (s: string): string => s + s; // error
}

function fine(s: string): string {
  return s;
}

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("expressions", "default"))
  .map((w) => fine(w))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
