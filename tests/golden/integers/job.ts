// 64-bit integers beyond 2^53.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Booking {
  account: string;
  amount: bigint;
}
const ctx = ExecutionContext.new("integers", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<Booking>()
  .createFlow(ctx)
  .keyBy((b) => b.account)
  .reduce((a, b) => ({ account: a.account, amount: a.amount + b.amount }))
  .sink(Redis.new<Booking>().host("localhost").keyExtractor((b) => b.account).valueExtractor((b) => `${b.amount} ${b.amount % 1000n}`))
  .execute();
