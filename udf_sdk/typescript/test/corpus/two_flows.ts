// Two sources and three sinks in one job, one stream read twice; names of operators; execute() more than once.
// input: {"left": ["a b", "c"], "right": ["x", "y z", "x"]}
import { ExecutionContext, Kafka, KafkaSource, KeyedStream, Redis, Stream } from "lightflus-api";

type Count = { word: string; n: number };

function source(topic: string): KafkaSource<string> {
  return Kafka.builder().brokers(["h:1", "h:2"]).topic(topic).group("g").build<string>(undefined, "string");
}

function counts(lines: Stream<string>): Stream<Count> {
  const keyed: KeyedStream<string, Count> = lines.flatMap((line) => line.split(" ").map((word) => ({ word, n: 1 }))).keyBy((c) => c.word);
  return keyed.name("by word").reduce((a, b) => ({ word: a.word, n: a.n + b.n })).name("count").parallelism(2);
}

const redis = (host: string) => Redis.new<Count>().host(host).port(6380).keyExtractor((c) => c.word).valueExtractor((c) => `${c.n}`);

const ctx = ExecutionContext.new("two", "default");
const left = source("left").createFlow(ctx);
counts(left).sink(redis("h1")).name("left counts").execute();
left.map((s) => s.length).sink(Redis.new<number>().host("h").keyExtractor((n) => "length" + n).valueExtractor((n) => n.toString())).execute();
counts(source("right").createFlow(ctx).name("right")).sink(redis("h2")).execute();
