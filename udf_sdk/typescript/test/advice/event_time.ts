// Advice about event time, taken and compiled; the corpus, whose jobs also run, has all other advice.
import { Connector, ExecutionContext, Kafka } from "lightflus-api";

const lines = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("advice", "default"));
// way out: write it in place: { name: value }
const timed = lines.withTimestamps((line) => line.length, { outOfOrder: 5 });
timed.keyBy((line) => line)
  // way out: write them in place: { name: (...) => ... }
  .aggregate({ create: () => 0, add: (n: number, line: string) => n + line.length, finish: (n: number) => n })
  .sink(Connector.sink<number>("lengths", {})).execute();
