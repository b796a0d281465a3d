import { Connector, ExecutionContext, Schema } from "lightflus-api";

interface Reading {
  sensor: string;
  value: number;
}

const ctx = ExecutionContext.new("connector", "default");

const readings = Connector.source<Reading>("mqtt", { host: "localhost", topic: "sensors", qos: 1 }, Schema.csv({ delimiter: ";", header: true }))
  .badRecords("fail")
  .createFlow(ctx);

readings.sink(Connector.sink<Reading>("clickhouse", { host: "localhost", port: 9000, secure: true })).execute();
readings.sink(Connector.sink<Reading>("influx").keyExtractor((r) => r.sensor).field("reading", (r) => r.value)).execute();
readings.map((r) => r.value).sink(Connector.sink<number>("numbers")).execute();
