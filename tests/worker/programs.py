"""Programs that the tests of a worker compile."""

CHATTY = """import { ExecutionContext, Kafka, Redis } from "lightflus-api";

async function main(ctx: ExecutionContext) {
  const words = Kafka.builder().brokers(["localhost:9092"]).topic("topic").group("g").build<string>();
  const sink = Redis.new<string>().host("localhost").keyExtractor((v) => v).valueExtractor((v) => v);
  await words
    .createFlow(ctx)
    .map((word) => {
      console.log("saw " + word);
      if (word == "worse") throw new Error("this is worse");
      return word;
    })
    .name("look")
    .sink(sink)
    .execute();
}

main(ExecutionContext.new("chatty", "default"));
"""
"""Says what it sees; its line 10 fails on a word."""
