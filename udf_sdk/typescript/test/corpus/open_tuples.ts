// Tuples with elements left out, patterns with defaults over elements that may be undefined, flat and flatMap of tuples.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function probe(s: string): string[] {
  const t: [string, number?] = ["a"]; const t2: [string, number?] = ["a", 1];
  const out = [`${t[1]} ${t2[1]}`];
  const xs: (number | undefined)[] = [undefined, 2];
  const [p = 5, q = 6, r = 7] = xs;
  out.push(`${p} ${q} ${r}`);
  const ys: (string | undefined)[] = [];
  const [a = "none", b] = ys;
  out.push(`${a} ${b}`);
  const pairs: [string, string][] = [["a", "b"], ["c", "d"]];
  out.push(pairs.flat().join());
  out.push(pairs.flatMap((x) => [...x]).join());
  const deep: string[][][] = [[["a"], ["b"]]];
  out.push(deep.flat(2).join(), String(deep.flat().length));
  const mixed: [number, number][] = [[1, 2]]; out.push(mixed.flat().map((n) => n + 1).join());
  const f = ([x = 1, y = 2]: number[]) => x + y;
  out.push(String(f([]) + f([5])));
  for (const [k = "k", v = "v"] of [["a"], []] as string[][]) out.push(k + v);
  const o: { z?: [number, number?] } = { z: [1] };
  const { z: [m, n = 9] = [3, 4] } = o;
  out.push(`${m} ${n}`);
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("openTuples", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
