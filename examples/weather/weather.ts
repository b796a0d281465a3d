// Lowest, highest and mean temperature per station, from "station;degrees" lines.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class Range {
  constructor(public low: number, public high: number, public sum: number, public count: number) {}

  get mean(): number {
    return this.sum / this.count;
  }
}

type Station = { name: string; low: number; high: number; sum: number; count: number };

function report(s: Station): string {
  const range = new Range(s.low, s.high, s.sum, s.count);
  return `${range.low.toFixed(1)} / ${range.mean.toFixed(1)} / ${range.high.toFixed(1)}`;
}

const ctx = ExecutionContext.new("weather", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("measurements")
  .group("weather")
  .build<string>(undefined, typeof "")
  .createFlow(ctx)
  .filter((line) => line.includes(";"))
  .map((line) => {
    const [name, degrees] = line.split(";");
    const value = parseFloat(degrees);
    return { name: name.trim(), low: value, high: value, sum: value, count: 1 };
  })
  .keyBy((s) => s.name)
  .reduce((a, b) => ({
    name: a.name,
    low: Math.min(a.low, b.low),
    high: Math.max(a.high, b.high),
    sum: a.sum + b.sum,
    count: a.count + b.count,
  }))
  .sink(
    Redis.new<Station>()
      .host("localhost")
      .keyExtractor((s) => s.name)
      .valueExtractor((s) => report(s)),
  )
  .execute();
