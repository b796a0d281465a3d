// What is evaluated when: arguments, object fields in the order written, defaults, compound assignments, indexes.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Three = { a: number; b: number; c: number };

function probe(s: string): string {
  const log: string[] = [];
  const note = (name: string, n: number): number => {
    log.push(name + n);
    return n;
  };
  const three: Three = { c: note("c", 3), a: note("a", 1), b: note("b", 2) };
  const sum = note("x", 10) + note("y", 20) * note("z", 30);
  const pick = (p: number, q: number = note("default", p)): number => p - q;
  pick(note("p", 4));
  pick(note("p", 5), note("q", 6));
  const xs = [5, 6, 7];
  let i = 0;
  xs[i++] += note("add", 1);
  xs[i++] = i;
  const moved = { ...three, b: note("b", 9) };
  const t: [number, number] = [note("t", 1), note("t", 2)];
  return `${log.join(" ")} | ${sum} ${xs.join()} ${i} ${moved.a + moved.b + moved.c} ${t[0]}${t[1]} ${s.length}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("evaluation", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
