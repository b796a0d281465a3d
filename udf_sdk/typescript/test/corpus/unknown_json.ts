// What JSON.parse gives as unknown, narrowed by tests; catch what is no JSON.
// input: {"topic": ["1", "[1, \"a\", null, [2]]", "{\"id\": \"a\", \"price\": 2.5, \"tags\": [\"x\", \"y\"], \"deep\": {\"n\": null}}", "{\"price\": \"no\"}", "nope", "\"text\"", "null", "true", "{\"items\": [{\"q\": 1}, {\"q\": 2, \"constructor\": 1}], \"2\": 1, \"1\": 2}"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function kindOf(v: unknown): string {
  if (v === null) return "null";
  if (Array.isArray(v)) return `array of ${v.length}: ${v.map((x) => kindOf(x)).join()}`;
  if (typeof v === "object") return "object " + Object.keys(v as Record<string, unknown>).join();
  return typeof v + " " + String(v);
}

function priceOf(v: unknown): number {
  if (typeof v === "object" && v !== null && "price" in v && typeof v.price === "number") return v.price;
  return -1;
}

function tagsOf(v: unknown): string[] {
  const o = v as Record<string, unknown>;
  const tags = o["tags"];
  if (!Array.isArray(tags)) return [];
  return tags.filter((t): t is string => typeof t === "string");
}

function total(v: unknown): number {
  if (typeof v !== "object" || v === null || Array.isArray(v)) return 0;
  const { items } = v as Record<string, unknown>;
  let sum = 0;
  if (Array.isArray(items)) for (const item of items) {
    const q = (item as Record<string, unknown>).q;
    if (typeof q === "number") sum += q;
  }
  return sum;
}

function attempt(line: string): string {
  try {
    const v: unknown = JSON.parse(line);
    const isObject = typeof v === "object" && v !== null && !Array.isArray(v);
    const missing = isObject ? String((v as Record<string, unknown>).nothing === undefined) + typeof (v as Record<string, unknown>).nothing : "";
    return [kindOf(v), priceOf(v), isObject ? tagsOf(v).join("+") : "", total(v), JSON.stringify(v), missing, (v ?? "missing") === v].join("; ");
  } catch (e) {
    return e instanceof SyntaxError ? "no JSON" : String(e);
  }
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("unknown", "default"))
  .map((line) => ({ key: line, value: attempt(line) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
