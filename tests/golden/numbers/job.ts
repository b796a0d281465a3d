// Numbers as text: the shortest form, and with fixed places.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const ctx = ExecutionContext.new("numbers", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<string>()
  .createFlow(ctx)
  .map((line) => ({ line, value: parseFloat(line) }))
  .sink(
    Redis.new<{ line: string; value: number }>()
      .host("localhost")
      .keyExtractor((r) => r.line)
      .valueExtractor((r) => `${r.value} ${r.value * 3} ${r.value / 7} ${r.value + 0.2} ${r.value.toFixed(4)} ${Math.floor(r.value)}`),
  )
  .execute();
