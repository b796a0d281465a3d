// The ways to write main: async arrow, await in the middle, then, catch, a constant configuration object, top-level code around it.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const CONFIG = { brokers: ["a:1", "b:2"], topic: "topic", group: "g", minimum: 2, host: "localhost" };

const main = async (): Promise<void> => {
  const ctx = ExecutionContext.new("asyncMain", "default");
  const source = Kafka.builder().brokers(CONFIG.brokers).topic(CONFIG.topic).group(CONFIG.group).build<string>(undefined, typeof "");
  const sink = Redis.new<{ k: string; v: number }>()
    .host(CONFIG.host)
    .keyExtractor((r) => r.k)
    .valueExtractor((r) => `${r.v}`);
  const lengths = source.createFlow(ctx).map((s) => ({ k: s.slice(0, CONFIG.minimum), v: s.length }));
  const long = lengths.filter((r) => r.v > CONFIG.minimum);
  await long
    .keyBy(({ k }) => k)
    .reduce((a, b) => ({ k: a.k, v: Math.max(a.v, b.v) }))
    .sink(sink)
    .execute();
};

main().then();
