// Keys that are numbers, booleans, tuples, objects and computed text; reduce over each.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Word = { text: string; length: number; initial: string };
type Sum = { text: string; n: number };

const ctx = ExecutionContext.new("keys", "default");
const words = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ctx)
  .flatMap((s) => s.split(" "))
  .map((text): Word => ({ text, length: text.length, initial: text.charAt(0) }));

function sink(name: string) {
  return Redis.new<Sum>().host("h").keyExtractor((s) => name + s.text).valueExtractor((s) => String(s.n));
}

const sum = (a: Word, b: Word): Word => ({ text: a.text + "," + b.text, length: a.length + b.length, initial: b.initial });
const toSum = (w: Word): Sum => ({ text: w.text, n: w.length });

words.keyBy((w) => w.length).reduce(sum).map(toSum).sink(sink("number:")).execute();
words.keyBy((w) => w.length > 3).reduce(sum).map(toSum).sink(sink("bool:")).execute();
words.keyBy((w): [string, number] => [w.initial, w.length]).reduce(sum).map(toSum).sink(sink("tuple:")).execute();
words.keyBy((w) => ({ i: w.initial, even: w.length % 2 === 0 })).reduce(sum).map(toSum).sink(sink("object:")).execute();
words.keyBy((w) => `${w.initial}-${w.length % 3}`).reduce(sum).map(toSum).sink(sink("text:")).execute();
words.map((w) => w.text).keyBy((t) => t).reduce((a, b) => a + b).sink(Redis.new<string>().host("h").keyExtractor((t) => t.slice(0, 3)).valueExtractor((t) => t)).execute();
