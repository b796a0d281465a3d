// Generic functions, generic types, functions as arguments, references to named functions.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Boxed<T> {
  value: T;
  count: number;
}

function box<T>(value: T): Boxed<T> {
  return { value, count: 1 };
}

function first<T>(items: T[], fallback: T): T {
  return items.length > 0 ? items[0] : fallback;
}

function apply<A, B>(items: A[], fn: (a: A, i: number) => B): B[] {
  const out: B[] = [];
  for (let i = 0; i < items.length; i++) out.push(fn(items[i], i));
  return out;
}

function maxBy<T>(items: T[], score: (item: T) => number): T {
  let best = items[0];
  for (const item of items) if (score(item) > score(best)) best = item;
  return best;
}

const length = (s: string): number => s.length;

function shout(s: string): string {
  return s.toUpperCase() + "!";
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("generics", "default"))
  .map((s) => {
    const words = s.split(" ");
    const b = box(words.length);
    const t = box(s);
    return {
      key: s,
      value: `${b.value + b.count} ${t.value} ${first(words, "none")} ${first<number>([], 7)} ${apply(words, (w, i) => w + i).join()} ${apply(words, length).join()} ${maxBy(words, length)} ${words.map(shout).join(" ")} ${["1", "2"].map(Number).join("+")} ${[1, 2].map(String).join("+")} ${words.filter(Boolean).length}`,
    };
  })
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
