// Functions as values: curried, in arrays, Maps and records, as fields of classes, recursive arrows, optional and default parameters, rest.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const adder = (n: number) => (x: number): number => x + n;
const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
const compose = <A, B, C>(f: (a: A) => B, g: (b: B) => C): ((a: A) => C) => (a) => g(f(a));

type Step = (s: string) => string;
const steps: Step[] = [(s) => s.trim(), (s) => s.toUpperCase(), (s) => s + "!"];
const named = new Map<string, Step>([["twice", (s) => s + s], ["first", (s) => s.charAt(0)]]);

interface Rule {
  name: string;
  test: (s: string) => boolean;
}

const RULES: Rule[] = [
  { name: "long", test: (s) => s.length > 5 },
  { name: "has e", test: (s) => s.includes("e") },
];

class Pipeline {
  private steps: Step[] = [];
  constructor(private suffix: string) {}
  then(step: Step): Pipeline {
    this.steps.push(step);
    return this;
  }
  run(s: string): string {
    return this.steps.reduce((acc, step) => step(acc), s) + this.suffix;
  }
  all(words: string[]): string {
    return words.map((w) => this.run(w)).join(" ");
  }
}

function optional(s: string, width?: number, fill: string = "."): string {
  return width === undefined ? s : s.padEnd(width, fill);
}

function sum(first: number, ...others: number[]): number {
  return others.reduce((a, b) => a + b, first);
}

function counter(): () => number {
  let n = 0;
  return () => {
    n += 1;
    return n;
  };
}

function repeat(times: number, action: (i: number) => void): void {
  for (let i = 0; i < times; i++) action(i);
}

function probe(s: string): string {
  const next = counter();
  next();
  const other = counter();
  const makers: (() => number)[] = [];
  for (let i = 0; i < 3; i++) makers.push(() => i * 10);
  let log = "";
  repeat(3, (i) => {
    log += i;
  });
  const both = compose((x: string) => x.length, (n) => n * 2);
  const choose = s.length > 3 ? adder(100) : adder(1);
  const matched = RULES.filter((r) => r.test(s)).map((r) => r.name).join("+");
  const p = new Pipeline("~").then((x) => x.slice(1)).then(steps[1]);
  return `${adder(2)(3)} ${factorial(6)} ${steps.reduce((acc, f) => f(acc), s)} ${named.get("twice")!(s)} ${matched} ${p.run(s)} ${p.all(s.split(" "))} ${optional("a")}${optional("a", 3)}${optional("a", 3, "-")} ${sum(1)}${sum(1, 2, 3)} ${next()}${next()}${other()} ${makers.map((m) => m()).join()} ${log} ${both(s)} ${choose(1)}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("functionValues", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
