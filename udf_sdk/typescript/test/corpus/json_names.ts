// input: {"topic": [{"class": "a", "default": 1, "in": [{"with-dash": "x", "delete": true}], "i32": 2, "0": "zero", "function": null, "user agent": "curl", "constructor": "made", "prototype": 1}, {"class": "b", "default": 2.5, "in": [], "i32": 0, "0": "", "function": "f", "user agent": "wget", "export": false, "constructor": "", "prototype": -1}]}
// Fields named as the input has them: words of the language, names with other signs.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Row {
  class: string;
  default: number;
  in: { "with-dash": string; delete: boolean }[];
  i32: number;
  0: string;
  function: string | null;
  "user agent": string;
  constructor: string;
  prototype: number;
  export?: boolean;
}

function text({ class: name, default: weight, in: inner, "user agent": agent, ...more }: Row): string {
  const parts = inner.map((i) => `${i["with-dash"]}${i.delete}`);
  const async = more.constructor.length, type = more.prototype;
  return `${async} ${type} ${name} ${weight} ${parts} ${agent} ${more.i32} ${more[0]} ${more.function ?? "none"} ${more.export ?? "unsaid"}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<Row>()
  .createFlow(ExecutionContext.new("jsonNames", "default"))
  .keyBy((r) => r.class)
  .reduce((a, b) => ({ ...b, default: a.default + b.default }))
  .sink(Redis.new<Row>().host("h").keyExtractor((r) => r.class).valueExtractor(text))
  .execute();
