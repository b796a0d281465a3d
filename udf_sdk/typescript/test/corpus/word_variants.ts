// Word counts as different people write them, in one job.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface WordCount {
  word: string;
  count: number;
}

class Tokenizer {
  constructor(private readonly minimum: number) {}
  tokens(line: string): string[] {
    return line
      .toLowerCase()
      .split(" ")
      .map((token) => token.trim())
      .filter((token) => token.length >= this.minimum);
  }
}

const sinkFor = (prefix: string) =>
  Redis.new<WordCount>().host("localhost").keyExtractor((wc) => prefix + wc.word).valueExtractor((wc) => wc.count.toString());

const ctx = ExecutionContext.new("wordVariants", "default");
const lines = Kafka.builder().brokers(["localhost:9092"]).topic("topic").group("wc").build<string>(undefined, typeof "").createFlow(ctx);
const tokenizer = new Tokenizer(1);

lines
  .flatMap((line) => tokenizer.tokens(line))
  .map((word): WordCount => ({ word, count: 1 }))
  .keyBy((wc) => wc.word)
  .reduce((a, b) => ({ word: a.word, count: a.count + b.count }))
  .sink(sinkFor("a:"))
  .execute();

lines
  .flatMap((line) => {
    const result: WordCount[] = [];
    let word = "";
    for (const ch of line + " ") {
      if (ch === " ") {
        if (word) result.push({ word, count: 1 });
        word = "";
      } else {
        word += ch;
      }
    }
    return result;
  })
  .keyBy(({ word }) => word)
  .reduce((total, { count }) => ({ ...total, count: total.count + count }))
  .filter(({ count }) => count > 1)
  .sink(sinkFor("b:"))
  .execute();

lines
  .map((line) => {
    const counts: Map<string, number> = new Map();
    for (const word of line.split(" ")) {
      const n = counts.get(word);
      counts.set(word, n === undefined ? 1 : n + 1);
    }
    return [...counts];
  })
  .flatMap((pairs) => pairs.map(([word, count]) => ({ word, count })))
  .keyBy((wc) => wc.word)
  .reduce(function (a: WordCount, b: WordCount): WordCount {
    const count = a.count + b.count;
    return { word: a.word, count };
  })
  .sink(sinkFor("c:"))
  .execute();
