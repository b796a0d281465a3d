// Destructuring with defaults and rest, nested patterns, in parameters of every kind of function, swapping, holes.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Config = { host: string; port?: number; tags: string[]; size: { w: number; h: number } };

function show({ host, port = 80, size: { w, h = 2 } }: Config): string {
  return `${host}:${port} ${w}x${h}`;
}

const head = ([first, ...others]: string[]): string => first + others.length;
const area = ({ w, h }: { w: number; h: number }, scale = 1): number => w * h * scale;

function probe(s: string): string {
  const c: Config = { host: s, tags: s.split(" "), size: { w: s.length, h: 3 } };
  const { tags, size, ...remaining } = c;
  const [a, b = "none", ...more] = tags.concat(["x", "y"]);
  const [, second] = [1, 2, 3];
  const { port = 8080 } = c;
  let x = 1;
  let y = 2;
  [x, y] = [y, x + y];
  const points = [{ p: { v: 1 } }, { p: { v: 2 } }];
  let total = 0;
  for (const { p: { v } } of points) total += v;
  const sums = new Map<string, [number, number]>([["k", [1, 2]]]);
  for (const [k, [lo, hi]] of sums) total += k.length + lo + hi;
  return `${show(c)} ${show({ ...c, port: 1 })} ${head(tags)} ${area(size)} ${area(size, 2)} ${a}${b}${more.length} ${second} ${port} ${x}${y} ${total} ${remaining.host}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("destructuring", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor(({ key }) => key).valueExtractor(({ value }) => value))
  .execute();
