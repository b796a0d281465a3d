// Switches that fall through, on true, and names of enum members that may not exist.
// input: {"topic": ["0", "1", "2", "3", "9"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const enum Level { Low, Mid = 5, High }
enum Flags { None = 0, A = 1 << 0, B = 1 << 1, AB = A | B }
function probe(line: string): string[] {
  const n = Number(line); let s = "";
  switch (n) { case 0: case 1: s += "01"; case 2: s += "2"; break; default: s += "d"; case 3: s += "3"; }
  switch (true) { case n > 2: s += ">2"; break; case n > 1: s += ">1"; break; }
  const l = n > 2 ? Level.High : n > 1 ? Level.Mid : Level.Low;
  const f = n & Flags.AB;
  return [s, String(l), Level.High.toString(), Flags[f] ?? "?", `${(f & Flags.B) !== 0}`, String(Flags.AB)];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("switches_and_names", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
