// Values of several types: what is done with them before it is asked which they are, and that no column can be one.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Cell {
  value: string | number; // error
}

interface Named {
  name: string;
}

function size(x: string | number[]): number {
  return x.length; // error
}

function joined(x: string | number[]): string {
  return x.concat().toString(); // error
}

function text(x: string | Named): string {
  return `${x}`; // error
}

function written(x: string | Named): string {
  return JSON.stringify(x); // error
}

function read(line: string): string | number[] {
  return JSON.parse(line) as string | number[]; // error
}

function isNamed(x: unknown): x is Named {
  return typeof x === "object" && x !== null && "name" in x && typeof x.name === "string";
}

function first(x: unknown): string {
  return isNamed(x) ? x.name : typeof x; // error
}

function alike(x: string | number, y: string): boolean {
  return x == y; // error
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("errors", "default"))
  .map((line): Cell => ({ value: line + size(line) + joined(line) + text(line) + written(line) + String(typeof read(line)) + first(line) + String(alike(line, "a")) }))
  .map((cell) => String(cell.value))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
