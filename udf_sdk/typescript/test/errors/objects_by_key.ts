// Objects by key where a job cannot have them: as columns, changed from outside, with fields of their own.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const counts: Record<string, number> = {};
const lists: { [key: string]: number[] } = { a: [] };

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("dicts", "default"))
  .map((l) => {
    counts[l] = (counts[l] ?? 0) + 1; // error
    return l;
  })
  .map((l) => {
    delete counts[l]; // error
    return l;
  })
  .map((l) => {
    lists["a"].push(1); // error
    for (const list of Object.values(lists)) list.push(2); // error
    return l;
  })
  .filter((l) => counts[l] === undefined && l in counts === false)
  .map((l) => ({ l, n: { [l]: 1 } as Record<string, number> })) // error
  .sink(Redis.new<{ l: string; n: Record<string, number> }>().host("h").keyExtractor((s) => s.l).valueExtractor((s) => s.l))
  .execute();

const f0 = (o: { [k: string]: number; n: number }) => o.n; // error
const f1 = (o: Record<string, number>) => `${o}`; // error
const f2 = (o: Record<string, number>) => ({ ...o, ...{ a: 1 } }).a; // error
const f3 = (o: { a?: number; b: string }) => delete o.a; // error
const f4 = (o: { a: number; b: number }) => { let n = 0; for (const k in o) n++; return n; }; // error
const f5 = (o: Record<string, number>) => o.propertyIsEnumerable("a"); // error
const f6 = (xs: string[]) => Object.fromEntries(xs.map((x) => [...x])); // error
const f7 = (r: { a: number }) => { const o: Record<string, number> = r; return o; }; // error
const f8 = (o: Record<string, number>) => { const { a, ...rest } = o; return a + Object.keys(rest).length; }; // error
const f9 = (o: Record<string, number>, k: string) => (o[k] &&= 2); // error
const f10 = (o: Record<string, number>) => Object.keys({ a: 1 }).length; // error
