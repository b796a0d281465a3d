// Streams of numbers, booleans, strings and arrays.
// input: {"topic": [1, -2.5, 0, 1e21, 3, 3]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const ctx = ExecutionContext.new("scalars", "default");
const numbers = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<number>().createFlow(ctx);

numbers
  .map((n) => n * 2)
  .filter((n) => n !== 0)
  .keyBy((n) => n > 0)
  .reduce((a, b) => a + b)
  .map((n) => n > 1)
  .map((b) => (b ? ["yes", "no"] : []))
  .flatMap((words) => words)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s + "!"))
  .execute();

numbers
  .flatMap((n) => [[n, n], [n + 1]])
  .map((pair) => pair.reduce((a, b) => a + b, 0))
  .sink(Redis.new<number>().host("h").keyExtractor((n) => `${n}`).valueExtractor((n) => n.toFixed(1)))
  .execute();
