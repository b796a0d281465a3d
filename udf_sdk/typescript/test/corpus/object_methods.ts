// Objects with methods and function fields; interfaces implemented by literals.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Greeter {
  name: string;
  greet: (other: string) => string;
}

function greeter(name: string): Greeter {
  return {
    name,
    greet(other: string): string {
      return `${name} greets ${other}`;
    },
  };
}

const strategies = {
  upper: (s: string): string => s.toUpperCase(),
  reverse: (s: string): string => s.split("").reverse().join(""),
};

function probe(s: string): string {
  const g = greeter(s);
  const counter = { n: 0, step: (k: number): number => k + 1 };
  counter.n = counter.step(counter.n) + 1;
  return `${g.greet("you")} ${g.name} ${strategies.upper(s)} ${strategies.reverse(s)} ${counter.n}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("objectMethods", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
