// Conversions people write: +s, `${x}`, String(), Number(), !!x, parse functions, x + "", boolean sums, enum names, sets from arrays and back.
// input: {"topic": ["12", "3.50", "abc", "", "1 2 3", "0", "-7e2", "true", "a a b"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

enum Color { Red, Green, Blue }

function probe(s: string): string[] {
  const n = +s;
  const words = s.split(" ");
  const unique = [...new Set(words)];
  const again = Array.from(new Set(words)).length;
  const lookup = new Map(words.map((w, i) => [w, i] as [string, number]));
  const flags = [s.length > 1, s === "abc"].filter((f) => f).length;
  return [
    n + "", String(n), `${n}`, n.toString(), (n + 1).toFixed(1), String(!!s), String(Boolean(n)),
    Number.parseFloat(s) + "/" + Number.parseInt(s, 10) + "/" + parseInt(s, 16),
    unique.join("|") + again + new Set(s).size + lookup.size + (lookup.get("a") ?? -1),
    flags.toString() + (s === "true" ? 1 : 0) + Number(s === "true"),
    (n % 3 === 0 ? Color.Red : Color.Blue) + "" + Color.Green,
    String(words) + String([1, 2]) + `${words.length ? words : "none"}`,
    isNaN(n) ? "not a number" : n > 10 ? "big" : "small",
    Math.round(n * 100) / 100 + "%" + Math.floor(n) % 2,
    s.charCodeAt(0) - "a".charCodeAt(0) + ":" + String.fromCharCode(97 + (s.length % 26)),
  ];
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("conversions", "default"))
  .flatMap((s) => probe(s).map((value, i) => ({ key: s + "/" + i, value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
