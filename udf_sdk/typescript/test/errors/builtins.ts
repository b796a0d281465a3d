// Parts of JavaScript's library that a job does not have.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function now(): number {
  return Date.now(); // error
}

function chance(): number {
  return Math.random(); // error
}

function parse(s: string): string {
  return String(JSON); // error
}

function keys(o: { a: number }): number {
  return Object.keys(o).length; // error
}

function match(s: string): boolean {
  return s.match("a") !== null; // error
}

function locale(a: string, b: string): number {
  return a.localeCompare(b); // error
}

function precise(x: number): string {
  return x.toLocaleString(); // error
}

function copied(xs: number[]): void {
  xs.copyWithin(0, 1); // error
}

function made(): number {
  return new Date().getTime(); // error
}

function fine(s: string): string {
  return s;
}

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("builtins", "default"))
  .map((w) => fine(w))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
