// Counts words.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const ctx = ExecutionContext.new("word_count", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<string>()
  .createFlow(ctx)
  .flatMap((line) => line.split(" ").map((word) => ({ word, count: 1 })))
  .filter((w) => w.word !== "")
  .keyBy((w) => w.word)
  .reduce((a, b) => ({ word: a.word, count: a.count + b.count }))
  .sink(Redis.new<{ word: string; count: number }>().host("localhost").keyExtractor((w) => w.word).valueExtractor((w) => `${w.count}`))
  .execute();
