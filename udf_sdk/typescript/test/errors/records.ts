// Values that cannot travel in a record, keys that cannot be keys.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Tree = { name: string; children: Tree[] };

const ctx = ExecutionContext.new("records", "default");
const stream = Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ctx);

stream
  .map((s) => ({ s, counts: new Map<string, number>() })) // error
  .sink(Redis.new<{ s: string; counts: Map<string, number> }>().host("h").keyExtractor((r) => r.s).valueExtractor((r) => r.s))
  .execute();

stream
  .map((s) => ({ s, f: (x: number): number => x })) // error
  .map((r) => r.s)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

stream
  .map((name): Tree => ({ name, children: [] })) // error
  .map((t) => t.name)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

stream
  .keyBy((s) => s.split(" ")) // error
  .reduce((a, b) => a + b)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

Kafka.builder().brokers(["h:1"]).topic("pairs").group("g").build<{ at: [number, number] }>() // error
  .createFlow(ctx)
  .map((p) => `${p.at[0]}`)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

interface Scorer {
  score(w: string): number;
}
class Length implements Scorer {
  score(w: string): number {
    return w.length;
  }
}
const scorers: Scorer[] = [new Length(), { score: (_w) => 1 }]; // error

stream
  .map((s) => `${scorers[0].score(s)}`)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

Kafka.builder().brokers(["h:1"]).topic("both").group("g").build<{ n?: number | null }>() // error
  .createFlow(ctx)
  .map((p) => `${p.n ?? 0}`)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
