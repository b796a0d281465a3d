// Methods that override others: with fewer parameters, optional ones, narrower results.
// input: {"topic": ["a", "b"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Format { show(n: number, loud?: boolean): string }
class Plain implements Format {
  show(n: number): string { return "plain" + n; }
  get size(): number | undefined { return undefined; }
  copy(): Plain { return new Plain(); }
  with(other: Loud): string { return "p" + other.show(0); }
  label(): string | null { return null; }
  add(n: number, times = 2): number { return n * times; }
}
class Loud extends Plain {
  override show(n: number, loud?: boolean): string { return "LOUD" + n + (loud ?? true); }
  override get size(): number | undefined { return 5; }
  override copy(): Loud { return new Loud(); }
  override with(other: Loud): string { return "l" + other.show(1); }
  override label(): string { return "loud"; }
  override add(n: number, times = 3): number { return super.add(n, undefined) + times; }
}
class Quiet extends Loud {
  override show(): string { return "quiet"; }
}
function use(f: Format): string { return f.show(3) + f.show(4, false) + f.show(5, undefined); }
function probe(line: string): string[] {
  const p: Plain = line === "a" ? new Plain() : new Loud();
  return [new Plain().show(1), use(p), `${p.size}`, p.copy().show(1), new Quiet().show(), use(new Quiet()), p.with(new Loud()), p.label() ?? "none", `${p.add(1, 1)}`];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("overrides", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
