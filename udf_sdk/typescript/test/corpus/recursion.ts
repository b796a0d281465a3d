// Recursion with captures: every activation has its own variables.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function sums(n: number): number[] {
  if (n === 0) return [];
  const rest = sums(n - 1);
  return rest.concat([1, 2].map((x) => x + n));
}

function permutations(items: string[]): string[] {
  if (items.length <= 1) return items;
  return items.flatMap((first, i) => {
    const others = items.filter((_, k) => k !== i);
    return permutations(others).map((tail) => first + tail);
  });
}

function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

function isEven(n: number): boolean {
  return n === 0 ? true : isOdd(n - 1);
}

function isOdd(n: number): boolean {
  return n === 0 ? false : isEven(n - 1);
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("recursion", "default"))
  .map((s) => ({ key: s, value: `${sums(4).join(",")} ${permutations(s.slice(0, 3).split("")).join("|")} ${fib(12)} ${isEven(7)}` }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
