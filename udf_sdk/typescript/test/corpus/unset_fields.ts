// Fields and captured variables at the time when they have no value yet: undefined where the type says so, else set before they are read.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class A {
  a = 1;
  constructor() { this.init(); }
  init(): void {}
  look(): string { return ""; }
}
class Redeclared extends A {
  k?: number;
  s?: string;
  own = "own";
  constructor() {
    super();
    this.own += "!";
  }
  override init(): void { this.k = 5; this.s = "x"; }
  override look(): string { return `${this.k} ${this.s} ${this.own}`; }
}
class Implicit extends A {
  k?: number;
  override init(): void { this.k = 5; }
  override look(): string { return `${this.k}`; }
}
class Kept extends A {
  declare a: number;
  override init(): void { this.a = 7; }
  override look(): string { return `${this.a}`; }
}
class Later {
  n!: number;
  t!: string;
  static count: number;
  static last?: string;
  set(s: string): this {
    this.n = s.length;
    this.t = s;
    return this;
  }
}
Later.count = 5;
class Peeks {
  x = this.peek();
  y?: string;
  z?: number;
  peek(): string { return `${this.y} ${this.z}`; }
}
class Knows {
  id: number;
  m = 2;
  n: number;
  constructor(other?: Knows) {
    this.id = other === undefined ? measure(this) : other.id;
    this.n = 3;
  }
  size(): number { return this.m; }
}
function measure(a: Knows): number { return a.size() + a.m; }
class Owned {
  z: number;
  constructor(private x: number, readonly y = x + 1) { this.z = this.sum(); }
  sum(): number { return this.x + this.y; }
}
class Branches {
  parts: string[] = [];
  k: number;
  constructor(n: number) {
    if (n > 1) this.k = 1;
    else this.k = 2;
    this.add("a");
    for (const p of this.parts) this.more(p);
  }
  add(s: string): void { this.parts.push(s + this.k); }
  more(s: string): void { this.parts = [...this.parts, s]; }
}
class Held {
  f: (x: number) => number;
  s: number;
  constructor() {
    this.f = (x) => x * this.s;
    this.s = 3;
  }
}
function closures(s: string): string[] {
  const go = (): number => helper() + k;
  let k = 3;
  function helper(): number { return k * 2; }
  const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));
  const even = (n: number): boolean => n === 0 || odd(n - 1);
  const odd = (n: number): boolean => n !== 0 && even(n - 1);
  const set = (): void => { late = 5; };
  let late = 1;
  set();
  const out: string[] = [];
  for (const x of [1, 2]) {
    const f = (): number => y * 2;
    const y = x;
    out.push(String(f()));
  }
  return [`${go()}`, `${fib(7)}`, `${even(10)}`, `${late}`, ...out];
}
function probe(s: string): string[] {
  const l = new Later().set(s);
  l.n++;
  l.t += "+";
  const made = [new Redeclared().look(), new Implicit().look(), new Kept().look(), l.n + l.t, new Peeks().x];
  return [...made, `${Later.count} ${Later.last}`, `${new Knows().id} ${new Owned(3).z} ${new Branches(1).parts.join()} ${new Held().f(2)}`, ...closures(s)];
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("unsetFields", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
