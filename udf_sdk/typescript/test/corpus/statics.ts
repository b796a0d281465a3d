// Constants of every kind made by main and read by functions: tables, Maps, Sets, objects, class instances, nested arrays, readonly.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const ROMAN: ReadonlyArray<readonly [number, string]> = [[10, "X"], [9, "IX"], [5, "V"], [4, "IV"], [1, "I"]];
const MORSE = new Map<string, string>([["a", ".-"], ["b", "-..."], ["h", "...."], ["e", "."]]);
const VOWELS: ReadonlySet<string> = new Set(["a", "e", "i", "o", "u"]);
const LIMITS: Readonly<{ low: number; high: number }> = { low: 2, high: 12 };

class Rates {
  private readonly rates = new Map<string, number>();
  constructor(base: number) {
    this.rates.set("eur", base);
    this.rates.set("usd", base * 1.1);
  }
  of(name: string): number {
    return this.rates.get(name) ?? 1;
  }
}

const rates = new Rates(2);
let version = 0;
version += 3;

function roman(n: number): string {
  let out = "";
  for (const [value, letters] of ROMAN) {
    while (n >= value) {
      out += letters;
      n -= value;
    }
  }
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("statics", "default"))
  .filter((s) => s.length >= LIMITS.low || s === "")
  .map((s) => {
    const morse = s.split("").map((c) => MORSE.get(c) ?? "?").join(" ");
    const vowels = s.split("").filter((c) => VOWELS.has(c)).length;
    return { key: s, value: `${roman(s.length)} ${morse} ${vowels} ${rates.of("usd") * s.length} ${rates.of("x")} v${version}` };
  })
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
