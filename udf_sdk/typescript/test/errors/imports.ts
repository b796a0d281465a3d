// Packages and runner functions have no place in a job.
import { readFileSync } from "node:fs"; // error
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const text = readFileSync("x", "utf8");

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("imports", "default"))
  .map((w) => w + text)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
