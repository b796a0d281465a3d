// How errors get their names, and what their constructors do for old compilers and for stacks.
// input: {"topic": ["a", "ab", "abc", "abcd"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class AppError extends Error {
  constructor(message: string) {
    super(message);
    Object.setPrototypeOf(this, new.target.prototype);
    this.name = new.target.name;
    Error.captureStackTrace(this, AppError);
  }
}
class NotFound extends AppError {
  constructor(what: string) {
    super(`${what} not found`);
    Object.setPrototypeOf(this, NotFound.prototype);
  }
}
class Named extends Error {
  constructor(message?: string) {
    super(message);
    this.name = this.constructor.name;
  }
}
class Deeper extends Named {}

function fail(line: string): never {
  if (line.length === 1) throw new AppError(line);
  if (line.length === 2) throw new NotFound(line);
  if (line.length === 3) throw new Deeper();
  throw new Named(line);
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("names", "default"))
  .map((line) => { try { return fail(line); } catch (e) { return { key: line, value: `${e} ${e instanceof AppError} ${e instanceof Named} ${e instanceof NotFound}` }; } })
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
