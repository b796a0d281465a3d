// Lowest, highest, sum and number of values per key.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Range = { name: string; low: number; high: number; sum: number; count: number };
const ctx = ExecutionContext.new("aggregates", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<string>()
  .createFlow(ctx)
  .map((line) => {
    const parts = line.split(";");
    const value = parseFloat(parts[1]);
    return { name: parts[0], low: value, high: value, sum: value, count: 1 };
  })
  .keyBy((r) => r.name)
  .reduce((a, b) => ({
    name: a.name,
    low: Math.min(a.low, b.low),
    high: Math.max(a.high, b.high),
    sum: a.sum + b.sum,
    count: a.count + b.count,
  }))
  .sink(
    Redis.new<Range>()
      .host("localhost")
      .keyExtractor((r) => r.name)
      .valueExtractor((r) => `${r.low} ${r.high} ${r.sum} ${r.count} ${(r.sum / r.count).toFixed(3)}`),
  )
  .execute();
