// Systems that the API has no words for, by kind and options.
// input: {"changes": [{"op": "c", "before": null, "after": {"sensor": "a", "value": 1}, "ts_ms": 5}, {"op": "d", "before": {"sensor": "a", "value": 1}, "after": null, "ts_ms": null}], "sensors/#": ["a 1", "b 2", "a 3"]}
import { Connector, DebeziumChange, ExecutionContext, Schema } from "lightflus-api";

interface Reading {
  sensor: string;
  value: number;
}

const ctx = ExecutionContext.new("readings");
const target = { host: "localhost", port: 9000, secure: true };

const readings = Connector.source<string>("mqtt", { host: "localhost", topic: "sensors/#", qos: 1 }, Schema.raw())
  .badRecords("drop")
  .createFlow(ctx)
  .map((line): Reading => {
    const [sensor, value] = line.split(" ");
    return { sensor, value: Number(value) };
  });

readings.sink(Connector.sink<Reading>("clickhouse", target)).execute();
readings.sink(Connector.sink<Reading>("influx", { host: "localhost", "retention.days": 7 }).keyExtractor((r) => r.sensor).field("reading", (r) => r.value * 2)).execute();
readings.map((r) => r.value).sink(Connector.sink<number>("numbers")).execute();
readings.sink(Connector.sink<Reading>("pairs").keyExtractor((r) => r.sensor).valueExtractor((r) => r)).execute();

Connector.source<DebeziumChange<Reading>>("pulsar", { topic: "changes" }, Schema.debezium({ deletes: "skip" }))
  .createFlow(ctx)
  .map((c) => `${c.op} ${c.before?.value ?? "-"} ${c.after?.sensor ?? "-"} ${c.ts_ms ?? 0}`)
  .sink(Connector.sink<string>("log", { stream: "log" }))
  .execute();
