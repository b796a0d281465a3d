// What TypeScript itself says comes first, and alone: no second opinion on a program that is not well typed.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const n: number = "one"; // error

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("says", "default"))
  .filter((w) => w.lenght > 1) // error
  .sink(Redis.new<{ key: string }>().host("h").keyExtractor((s) => s.key).valueExtractor((s) => s.key)) // error
  .execute();
