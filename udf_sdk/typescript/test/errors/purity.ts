// Stream functions that change what they did not create.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

let seen = 0;
let last = "";
const counts = new Map<string, number>();
const words: string[] = [];
const box = { n: 0 };
const numbers = [1, 2, 3];

class Counter {
  n = 0;
  add(): void {
    this.n++;
  }
}

const counter = new Counter();

function remember(w: string): string {
  words.push(w); // error
  return w;
}

function harmless(w: string): string {
  const local: string[] = [];
  local.push(w);
  return local.join();
}

const stream = Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("purity", "default"));
const alias = numbers;

stream
  .map((w) => {
    seen++; // error
    return w;
  })
  .map((w) => {
    const before = last;
    last = w; // error
    return before;
  })
  .map((w) => {
    counts.set(w, 1); // error
    return w;
  })
  .map((w) => {
    box.n += 1; // error
    return w;
  })
  .map((w) => {
    numbers[0] = 5; // error
    return w;
  })
  .map((w) => {
    alias.sort(); // error
    return w;
  })
  .map((w) => {
    counter.add(); // error
    return w;
  })
  .filter((w) => {
    w.split("").forEach((c) => {
      seen += c.length; // error
    });
    return true;
  })
  .map(remember)
  .map(harmless)
  .keyBy((w) => w)
  .reduce((a, b) => a + b)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
