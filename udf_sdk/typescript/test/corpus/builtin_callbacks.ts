// Functions of JavaScript given as they are: Number.isNaN, Math.floor, parseFloat.
// input: {"topic": ["1.5 -2 x", "7"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const halves = (xs: number[], round: (x: number) => number): string => xs.map((x) => round(x / 2)).join();
function probe(line: string): string[] {
  const ns = line.split(" ").map(Number);
  return [`${ns.some(Number.isNaN)}`, ns.filter(Number.isFinite).map(Math.floor).join(), `${ns.every(Number.isInteger)} ${ns.some(isNaN)}`, ns.map(Math.abs).map(String).join("|"), line.split(" ").map(parseFloat).filter(isFinite).join(), halves([3, 5], (x) => Math.round(x)), line.split(" ").map(Number.parseFloat).join(), ns.map(Math.sign).filter(Boolean).join()];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("builtin_callbacks", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
