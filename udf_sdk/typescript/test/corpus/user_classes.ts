// Instances of the user's own classes as records: through map, keyBy, reduce and into the sink.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class Stats {
  constructor(public word: string, public count: number = 1, public total: number = 0) {}

  merge(other: Stats): Stats {
    return new Stats(this.word, this.count + other.count, this.total + other.total);
  }

  get mean(): number {
    return this.total / this.count;
  }

  toString(): string {
    return `${this.word}: ${this.count} (${this.mean.toFixed(2)})`;
  }
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("userClasses", "default"))
  .flatMap((line) => line.split(" ").map((word, i) => new Stats(word, 1, i)))
  .keyBy((s) => s.word)
  .reduce((a, b) => a.merge(b))
  .sink(Redis.new<Stats>().host("h").keyExtractor((s) => s.word).valueExtractor((s) => `${s} ${s.toString().length}`))
  .execute();
