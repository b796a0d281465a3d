// Types that a job does not have.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function any(x: any): string { // error
  return x.name;
}

function union(x: string | (() => string)): string { // error
  return typeof x === "string" ? x : x();
}

function local(d: Date): number {
  return d.getHours(); // error
}

function parts(): Date {
  return new Date(2024, 1, 2); // error
}

function said(d: Date): string {
  d.setUTCHours(0); // error
  return `${d}`; // error
}

function both(x: string | null | undefined): boolean {
  return x === null; // error
}

function unknown(x: unknown): boolean {
  return x == 1; // error
}

function symbol(x: symbol): string { // error
  return x.toString();
}

function fine(x: string | null, y?: number): string {
  return (x ?? "") + (y ?? 1);
}

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("types", "default"))
  .map((w) => fine(w, 1))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
