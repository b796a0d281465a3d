// Names of fields that cannot be columns are complained about where they stand.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Row {
  fine: string;
  "also 'fine' \\ \"too\"": string;
  "": number; // error
}

interface Out {
  key: string;
  inner: {
    "a\nb": number; // error
  }[];
}

const ctx = ExecutionContext.new("fieldNames", "default");
const lines = Kafka.builder().brokers(["h:1"]).topic("topic").group("g");
const rows = lines.build<Row>();
const stream = lines.build<string>().createFlow(ctx);
stream
  .map((s): Out => ({ key: s, inner: [] }))
  .sink(Redis.new<Out>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.key))
  .execute();

export const inside = { "": 1, "a\tb": 2, rows };
