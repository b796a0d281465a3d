// Errors that JavaScript's own methods throw are caught with Node's name and message.
// input: {"topic": ["0", "2", "-1", "101", "1.5", "x", "Infinity", "[1,2]", "{\"a\":1}", "{\"a\":", "nothing"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const attempts: ((line: string) => string)[] = [
  (line) => Number(line).toFixed(Number(line)),
  (line) => (123.456).toPrecision(Number(line)),
  (line) => (123.456).toExponential(Number(line)),
  (line) => (255).toString(Number(line)),
  (line) => "ab".repeat(Number(line) % 50),
  (line) => String.fromCodePoint(Number(line)).length.toString(),
  (line) => String(BigInt(line)),
  (line) => String(BigInt(Number(line))),
  (line) => String(10n / BigInt(line)),
  (line) => String(10n % BigInt(line)),
  (line) => new Date(Number(line)).toISOString(),
  (line) => String(line.split("").filter((c) => c !== "x").reduce((a, b) => a + b)),
  (line) => String(new Array<number>(Number(line) % 50).fill(0).length),
];

function attempt(line: string, f: (line: string) => string): string {
  try {
    return f(line);
  } catch (e) {
    return e instanceof Error ? `${e.name}: ${e.message}` : "?";
  }
}

/** What JSON.parse says is its own; which error it is, is Node's. */
function parsed(line: string): string {
  try {
    return String(JSON.parse(line) as number);
  } catch (e) {
    return e instanceof SyntaxError ? "no JSON" : e instanceof TypeError ? "other JSON" : "?";
  }
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("library", "default"))
  .flatMap((line) => [...attempts.map((f) => attempt(line, f)), line.startsWith("[") || line.startsWith("{\"a\":1") ? "" : parsed(line)].map((value, i) => ({ key: `${line} ${i}`, value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
