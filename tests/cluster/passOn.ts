// Passes ids on, without state; the sink's subtask is fed by all subtasks of the source, wherever they run.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Seen = { id: string; seen: string };

async function main(ctx: ExecutionContext) {
  const ids = Kafka.builder().brokers(["localhost:9092"]).topic("ids").group("pass_on").build<string>(undefined, typeof "");
  const sink = Redis.new<Seen>().host("localhost").keyExtractor((v) => v.id).valueExtractor((v) => v.seen);
  await ids.createFlow(ctx)
    .map((id) => ({ id: id, seen: "1" }))
    .parallelism(1)
    .sink(sink)
    .execute();
}

main(ExecutionContext.new("passOn", "default")).then();
