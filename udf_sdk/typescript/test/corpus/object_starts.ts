// In which order an object begins: fields of the base, its constructor, own fields, parameter properties, own constructor.
// input: {"topic": ["a", "two words"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

abstract class Base {
  n = 5;
  abstract count: number;
  log: string[] = ["base"];
  constructor(readonly t = "t") { this.log.push(`Base ${this.n}`); }
  tick(): string { return `${++this.count} ${this.n} ${this.log.join()}`; }
}
class Plain extends Base {
  count = 1;
  later = this.n + this.t.length;
  size = this.log.push("Plain's fields");
}
class Made extends Base {
  override n = 1;
  count = 7;
  size = this.log.push(`Made's fields ${this.n}`);
  constructor(text: string, readonly extra = text + "!") {
    super(text);
    this.log.push(`Made ${this.n} ${this.extra}`);
  }
}
class Deep extends Made {
  override log: string[] = ["anew", this.extra];
  wide: number = this.size * 10;
  constructor() {
    super("deep");
    this.wide += this.count;
  }
  override tick(): string { return `${super.tick()} ${this.wide}`; }
}
function probe(line: string): string[] {
  const all: Base[] = [new Plain(), new Plain(line), new Made(line), new Made(line, "x"), new Deep()];
  return all.map((b) => b.tick() + b.tick());
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("objectStarts", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
