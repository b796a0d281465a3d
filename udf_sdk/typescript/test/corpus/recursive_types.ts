// Types that contain themselves, in generic functions: lists, expressions, trees.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type List<T> = { head: T; tail: List<T> } | null;
const cons = <T,>(head: T, tail: List<T>): List<T> => ({ head, tail });

function toArray<T>(list: List<T>): T[] {
  const out: T[] = [];
  for (let n = list; n !== null; n = n.tail) out.push(n.head);
  return out;
}

function fromArray<T>(xs: readonly T[]): List<T> {
  return xs.reduceRight<List<T>>((rest, x) => cons(x, rest), null);
}

const reversed = <T,>(l: List<T>, done: List<T> = null): List<T> => (l === null ? done : reversed(l.tail, cons(l.head, done)));

interface Visitor<R> {
  num(n: number): R;
  add(a: R, b: R): R;
}
type Expr = { kind: "num"; n: number } | { kind: "add"; a: Expr; b: Expr };

function visit<R>(e: Expr, v: Visitor<R>): R {
  return e.kind === "num" ? v.num(e.n) : v.add(visit(e.a, v), visit(e.b, v));
}
const evaluate: Visitor<number> = { num: (n) => n, add: (a, b) => a + b };
const print: Visitor<string> = { num(n) { return String(n); }, add(a, b) { return `(${a} + ${b})`; } };
const build = (n: number): Expr => (n <= 1 ? { kind: "num", n } : { kind: "add", a: build(n - 1), b: { kind: "num", n } });

interface Tree<K> {
  key: K;
  children: Tree<K>[];
}
const depth = <K,>(t: Tree<K>): number => 1 + Math.max(0, ...t.children.map((c) => depth(c)));
const grown = (s: string): Tree<string> => ({ key: s, children: s.length > 1 ? [grown(s.slice(1)), grown("")] : [] });

function probe(s: string): string {
  const e = build(s.length % 5);
  return `${toArray(reversed(fromArray(s.split(" ")))).join("<")} ${visit(e, print)} = ${visit(e, evaluate)} ${depth(grown(s.slice(0, 4)))}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("recursiveTypes", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
