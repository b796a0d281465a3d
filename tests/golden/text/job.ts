// Text beyond ASCII: letters, case, pieces.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const ctx = ExecutionContext.new("text", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<string>()
  .createFlow(ctx)
  .filter((line) => line.trim() !== "")
  .map((line) => ({ line, letters: [...line].length, backwards: [...line].reverse().join(""), lower: line.toLowerCase() }))
  .sink(
    Redis.new<{ line: string; letters: number; backwards: string; lower: string }>()
      .host("localhost")
      .keyExtractor((r) => r.line)
      .valueExtractor((r) => `${r.letters}|${r.backwards}|${r.lower}|${r.line.startsWith("Gr")}`),
  )
  .execute();
