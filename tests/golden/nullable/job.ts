// Fields that may be missing; the last known value of each stays.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Person {
  id: string;
  name: string | null;
  age?: number;
  active?: boolean;
}
const ctx = ExecutionContext.new("nullable", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<Person>()
  .createFlow(ctx)
  .keyBy((p) => p.id)
  .reduce((a, b) => ({ id: a.id, name: b.name ?? a.name, age: b.age ?? a.age, active: b.active ?? a.active }))
  .sink(
    Redis.new<Person>()
      .host("localhost")
      .keyExtractor((p) => p.id)
      .valueExtractor((p) => `${p.name ?? "?"} ${p.age ?? -1} ${p.active ?? false}`),
  )
  .execute();
