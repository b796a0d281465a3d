// runLocal is for tests that import the job, not for the job.
import { ExecutionContext, Kafka, Redis, runLocal } from "lightflus-api"; // error

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("runner", "default"))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

runLocal(() => 1, {});
