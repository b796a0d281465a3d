// Patterns longer than what they take apart, this in functions of a derived constructor.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class A { v: number; constructor(n: number) { this.v = n; } }
class B extends A { list: number[]; f: () => number; constructor(n: number) { super([1, 2].reduce((p, e) => p + e + n, 0)); this.list = [1, 2].map((x) => x + this.v); this.f = () => this.v * 2; } }
function probe(s: string): string[] {
  const b = new B(s.length);
  const [x = "a", y = "b"] = ["q"];
  const [p = 1, q = 2, r = 3] = [...[5].slice(0), 7];
  const [m = "m", n = x] = s.split(" ");
  return [b.list.join(), b.f() + "", x + y, `${p}${q}${r}`, m + n];
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("patternsAndSuper", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
