import { ExecutionContext, Kafka, Redis } from "lightflus-api";

/** A word, and how often it has been seen. */
interface Count {
  word: string;
  count: number;
}

function main(ctx: ExecutionContext): void {
  // In production the lines come from this topic; on your machine, --bind lines=file:data/lines.txt takes its place.
  const lines = Kafka.builder()
    .brokers(["localhost:9092"])
    .topic("lines")
    .group("{{name}}")
    .build<string>(undefined, typeof "");

  const counts = Redis.new<Count>()
    .host("localhost")
    .keyExtractor((c) => c.word)
    .valueExtractor((c) => c.count.toString());

  lines
    .createFlow(ctx)
    .flatMap((line) => line.toLowerCase().split(" ").filter((word) => word.length > 0).map((word) => ({ word, count: 1 })))
    .keyBy((c) => c.word)
    .reduce((a, b) => ({ word: a.word, count: a.count + b.count }))
    .name("count")
    .sink(counts)
    .execute();
}

main(ExecutionContext.new("{{name}}", "default"));
