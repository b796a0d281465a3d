// What is thrown and caught: own errors, through functions, callbacks, methods and closures; finally with every way out of it.
// input: {"topic": ["1", "x", "", "boom", "2", "deep"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class ParseError extends Error {
  constructor(message: string, readonly at: number) {
    super(message);
    this.name = "ParseError";
  }
}
class Missing extends ParseError {}

function parse(text: string): number {
  if (text === "") throw new Missing("nothing", 0);
  if (text === "boom") throw new TypeError("boom!");
  const n = Number(text);
  if (Number.isNaN(n)) throw new ParseError(`no number: ${text}`, 1);
  return n;
}

function sum(texts: string[]): number {
  return texts.map((t) => parse(t) + parse("1")).reduce((a, b) => a + b, 0);
}

function tried(line: string): string {
  const log: string[] = [];
  for (const suffix of ["", "2"]) {
    try {
      log.push("try");
      const n = sum([line, line + suffix]);
      if (n > 20) continue;
      log.push(String(n));
    } catch (e) {
      if (e instanceof Missing) {
        log.push(`missing ${e.at} ${e.name}`);
        break;
      }
      if (e instanceof ParseError) log.push(`${e.name}|${e.message}|${e.at}|${e}`);
      else if (e instanceof Error) log.push("other " + String(e));
    } finally {
      log.push("finally");
    }
  }
  return log.join(",");
}

function early(line: string): string {
  try {
    if (line === "1") return "one " + parse(line);
    return "more " + parse(line);
  } catch {
    return "caught";
  } finally {
    if (line === "2") return "overridden";
  }
}

function again(line: string): string {
  try {
    try {
      return String(parse(line));
    } catch (e) {
      if (line === "x") throw e;
      throw new Error("wrapped", { cause: e });
    }
  } catch (e) {
    if (!(e instanceof Error)) return "?";
    return e.message + (e.cause instanceof Error ? " because " + e.cause.message : "");
  }
}

function odd(line: string): string {
  try {
    if (line === "1") throw "text";
    if (line === "2") throw 42;
    throw { code: 1 };
  } catch (e) {
    if (typeof e === "string") return "s:" + e.toUpperCase();
    if (typeof e === "number") return "n:" + (e + 1);
    return typeof e;
  }
}

function nested(n: number): number {
  if (n === 0) throw new RangeError("bottom");
  try {
    return nested(n - 1) + 1;
  } finally {
    n++;
  }
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("tries", "default"))
  .flatMap((line) => {
    try {
      if (line === "deep") return [{ key: "d", value: String(nested(5)) }];
      return [tried(line), early(line), again(line), odd(line)].map((value, i) => ({ key: line + i, value }));
    } catch (e) {
      return [{ key: "caught", value: `${e}` }];
    }
  })
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
