import { ExecutionContext, Kafka, Redis } from "lightflus-api"; import * as __lf from "~lf/index"; import * as __js from "~lf/js/index"; import { Rec_t0_t1 } from "~lf/records";

// The published word count, lowered by hand as INTERNALS.md says; ABI tests and measurements run on it.
function wordCount(ctx: ExecutionContext): void {
  let source = Kafka
    .builder()
    .brokers(["localhost:9092"])
    .topic("topic")
    .group("word_count")
    .build<string>(null, "string");

  let sink = Redis.new<Rec_t0_t1>()
    .host("localhost")
    .keyExtractor(0, (env: usize, v: Rec_t0_t1): string => v.t1, '"position":{"file":"wordCount.ts","line":20,"column":19},"field":["t1"]')
    .valueExtractor(0, (env: usize, v: Rec_t0_t1): string => __js.number_toString(v.t0), '"position":{"file":"wordCount.ts","line":21,"column":21},"reads":["t0"]');

  let stream = source.createFlow(ctx);

  stream.flatMap<Rec_t0_t1>(0, (env: usize, value: string): Array<Rec_t0_t1> => __js.array_map<string, Rec_t0_t1>(__js.string_split(value, " "), 0, (env: usize, v: string, i: f64): Rec_t0_t1 => {
    return new Rec_t0_t1(1.0, v);
  }), '"position":{"file":"wordCount.ts","line":27,"column":24}')
    .keyBy<string>(0, (env: usize, v: Rec_t0_t1): string => v.t1, '"position":{"file":"wordCount.ts","line":30,"column":12},"field":["t1"]')
    .reduce(0, (env: usize, v1: Rec_t0_t1, v2: Rec_t0_t1): Rec_t0_t1 => {
      return new Rec_t0_t1(v1.t0 + v2.t0, v1.t1);
    }, '"position":{"file":"wordCount.ts","line":31,"column":13},"keeps":["t1"],"readsOfRow":["t0"]')
    .sink(sink, '"position":{"file":"wordCount.ts","line":35,"column":6}')
    .execute();
}

wordCount(ExecutionContext.new("wordCount", "default"));
