// Waiting, where nothing can be waited for.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

async function main(ctx: ExecutionContext): Promise<void> {
  const source = Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>();
  await source
    .createFlow(ctx)
    .map(async (w) => w) // error
    .map((w) => "x")
    .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
    .execute();
}

main(ExecutionContext.new("asynchronous", "default")).then();
