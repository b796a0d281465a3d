// The only try of a program may stand in a function that nobody calls.
// input: {"topic": ["1", "x"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";
export function unused(line: string): string { try { return String(BigInt(line)); } catch { return "?"; } }
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("unused", "default"))
  .map((line) => ({ key: line, value: "ab".repeat(line.length) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
