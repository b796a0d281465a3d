import { ExecutionContext, Kafka } from "lightflus-api";

interface Action { user: string; action: string; amount: number; ts: number; page: string }
interface Purchase { user: string; amount: number }

// Kafka JSON -> filter -> project -> Kafka JSON, with a key.
async function purchases(ctx: ExecutionContext) {
  const actions = Kafka.builder().brokers(["localhost:9092"]).topic("actions").build<Action>();
  const sink = Kafka.sink<Purchase>().brokers(["localhost:9092"]).topic("purchases").keyExtractor((p) => p.user);
  await actions.createFlow(ctx)
    .filter((a) => a.action == "buy")
    .map((a): Purchase => { return { user: a.user, amount: a.amount }; })
    .sink(sink)
    .execute();
}

purchases(ExecutionContext.new("purchases", "default")).then();
