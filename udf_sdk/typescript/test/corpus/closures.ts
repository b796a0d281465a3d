// Closures: one variable per turn of a loop, counters that are changed from inside, functions in variables, shadowing.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function describe(text: string): string[] {
  const out: string[] = [];
  const factor = 10;
  for (let i = 0; i < 3; i++) {
    const label = text + i;
    out.push([1, 2].map((x) => `${label}:${x * factor + i}`).join(" "));
  }
  for (const word of text.split(" ")) {
    const upper = word.toUpperCase();
    [1, 2].forEach((n) => out.push(upper.repeat(n)));
  }
  let total = 0;
  text.split("").forEach((c) => {
    total += c.length;
  });
  out.push("total " + total);
  const add = (a: number, b: number): number => a + b + total;
  out.push(`add ${add(1, 2)}`);
  const twice = function (f: string): string {
    return f + f;
  };
  out.push(twice("ab"));
  let best = "";
  ["pear", "fig", "banana"].forEach((fruit, i) => {
    if (fruit.length > best.length) best = fruit + i;
  });
  out.push(best);
  const x = 1;
  {
    const x = 2;
    out.push(["a"].map((s) => s + x).join());
  }
  out.push(["a"].map((s) => s + x).join());
  const nested = [1, 2].map((a) => [10, 20].map((b) => a + b + factor).join("/")).join(";");
  out.push(nested);
  return out;
}

function main(ctx: ExecutionContext): void {
  const prefix = "p:";
  const limits = [1, 2, 3];
  Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
    .createFlow(ctx)
    .flatMap((s) => describe(s).map((line, i) => ({ key: `${prefix}${s}#${i}`, value: line + limits.length })))
    .filter((r) => r.value.length > limits[0])
    .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
    .execute();
}

main(ExecutionContext.new("closures", "default"));
