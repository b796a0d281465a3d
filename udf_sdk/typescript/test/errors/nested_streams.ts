// Streams are built by main, not by stream functions.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const ctx = ExecutionContext.new("nested", "default");
const stream = Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ctx);

stream
  .map((s) => {
    stream.map((t) => t + s); // error
    return s;
  })
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
