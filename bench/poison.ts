import { ExecutionContext, Kafka, Redis } from "lightflus-api";

// The word count, which fails on a line that begins with "poison-map", and on adding to the word "poison-fold".
async function poison(ctx: ExecutionContext) {
  const source = Kafka.builder().brokers(["localhost:9092"]).topic("topic").group("poison").build<string>(undefined, typeof "");
  const sink = Redis.new<{ t0: number, t1: string }>()
    .host("localhost")
    .keyExtractor((v) => v.t1)
    .valueExtractor((v) => v.t0.toString());

  await source.createFlow(ctx)
    .flatMap(value => {
      if (value.startsWith("poison-map")) {
        throw new Error("a line that nobody can split");
      }
      return value.split(" ").map(v => { return { t0: 1, t1: v }; });
    })
    .keyBy(v => v.t1)
    .reduce((v1, v2) => {
      if (v2.t1 === "poison-fold") {
        throw new Error("a word that nobody can count");
      }
      return { t1: v1.t1, t0: v1.t0 + v2.t0 };
    })
    .sink(sink)
    .execute();
}

poison(ExecutionContext.new("poison", "default")).then();
