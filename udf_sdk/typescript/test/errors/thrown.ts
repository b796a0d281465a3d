// What is thrown: what errors have under Node and not in a job, and what cannot be known of any value.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class Failure extends Error {
  constructor(readonly code: number) {
    super("failed", { cause: code });
  }
}

class Keyed extends Map<string, number> {} // error

class Lost extends EvalError {} // error

function parts(line: string): string {
  try {
    throw new Failure(line.length);
  } catch ({ message }: any) { // error
    return String(message);
  }
}

function stack(line: string): string {
  try {
    throw new Failure(line.length);
  } catch (e) {
    return e instanceof Error ? (e.stack ?? "") : ""; // error
  }
}

function written(line: string): string {
  try {
    throw new Failure(line.length);
  } catch (e) {
    return e instanceof Failure ? JSON.stringify(e) : JSON.stringify(e); // error
  }
}

function options(line: string, more: { cause: unknown }): string {
  throw new Error(line, more); // error
}

function converted(e: unknown): boolean {
  return e == "text"; // error
}

function called(line: string): string {
  try {
    throw (): string => line; // error
  } catch (e) {
    return String(e);
  }
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("errors", "default"))
  .map((line) => parts(line) + stack(line) + written(line) + options(line, { cause: line }) + String(converted(line)) + called(line) + String(new Keyed().size))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
