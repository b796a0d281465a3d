// The best per key that a function makes; lines without a name are left out.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Entry = { sport: string; who: string; result: number };
const ctx = ExecutionContext.new("best", "default");

const entries = Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<string>()
  .createFlow(ctx)
  .flatMap((line) => {
    const parts = line.split(",");
    return parts[1] === "" ? [] : [{ sport: parts[0], who: parts[1], result: parseFloat(parts[2]) }];
  });

entries
  .keyBy((e) => e.sport.toUpperCase())
  .reduce((a, b) => (b.result > a.result ? b : a))
  .name("best")
  .map((e) => ({ key: `best ${e.sport}`, value: `${e.who} ${e.result}` }))
  .sink(Redis.new<{ key: string; value: string }>().host("localhost").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
