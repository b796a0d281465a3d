// An empty list has no type of its own: what is put into it later is an error with a way out.
import { Connector, ExecutionContext, FixedWindow, Kafka } from "lightflus-api";

const rows = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("j", "d"));
rows
  .withTimestamps((r) => r.length)
  .keyBy((r) => r)
  .window(FixedWindow.of(5))
  .aggregate({
    create: () => [],
    add: (list, r) => [
      ...list, // error
      r, // error
    ],
    finish: (list, window) => window.key,
  })
  .map((key): string => `${key}`)
  .sink(Connector.sink<string>("file", { path: "x" }))
  .execute();
