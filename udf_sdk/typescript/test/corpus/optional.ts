// null, undefined, ?., ??, !, guards, optional parameters and fields, also of numbers.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Node = { value: string; next: Node | null };
type Options = { width?: number; fill?: string; strict?: boolean };
type Row = { key: string; label?: string; parent: { name: string } | null; score: number | null; rank?: number };

function chain(s: string): Node | null {
  let head: Node | null = null;
  for (const c of s.split("")) head = { value: c, next: head };
  return head;
}

function show(node: Node | null): string {
  let out = "";
  for (let n = node; n !== null; n = n.next) out += n.value;
  return out + (node?.next?.value ?? "-");
}

function pad(s: string, options?: Options): string {
  const width = options?.width ?? 5;
  return s.padEnd(width, options?.fill ?? ".") + (options?.strict === true ? "!" : "");
}

function find(words: string[], wanted: string): string | undefined {
  for (const w of words) if (w === wanted) return w + "!";
  return undefined;
}

function half(n: number): number | undefined {
  return n % 2 === 0 ? n / 2 : undefined;
}

function row(s: string): Row {
  if (s.length > 5) return { key: s, label: "long", parent: { name: s.slice(0, 2) }, score: s.length, rank: 1 };
  return { key: s, parent: null, score: null };
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("optional", "default"))
  .map(row)
  .map((r) => {
    const f = find([r.key, "x"], "x")!.length;
    const h = half(r.key.length);
    const text = h === undefined ? "odd" : "half " + h;
    const score = r.score !== null ? r.score + 1 : -1;
    return { key: r.key, value: `${r.label ?? "none"} ${r.parent?.name ?? "orphan"} ${score} ${r.rank ?? 0} ${show(chain(r.key))} ${pad("a")} ${pad("a", { width: 3 })} ${pad("b", { fill: "_", strict: true })} ${f} ${find(["q"], "z") ?? "?"} ${text} ${half(8) ?? 0}` };
  })
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
