import { ExecutionContext, Kafka } from "lightflus-api";

// Reads text and hands it on: what a source costs, with nothing behind it. The sink is bound to blackhole:.
async function copy(ctx: ExecutionContext) {
  const lines = Kafka.builder().brokers(["localhost:9092"]).topic("text").build<string>();
  await lines.createFlow(ctx).sink(Kafka.sink<string>().brokers(["localhost:9092"]).topic("out")).execute();
}

copy(ExecutionContext.new("copy", "default")).then();
