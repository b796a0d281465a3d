// Accessors that override others and reach them by super, static fields of a base and of a derived class.
// input: {"topic": ["a", "b c"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class A {
  static n = 1;
  static names: string[] = ["a"];
  static bump(): void { A.n++; }
  protected v = 1;
  get x(): number { return this.v; }
  set x(n: number) { this.v = n * 10; }
}
class B extends A {
  static override n = 10;
  static add(): number { return B.n + A.n; }
  override get x(): number { return super.x + 1; }
  override set x(n: number) { super.x = n + 1; }
  twice(): void {
    super.x += 2;
    super.x++;
  }
}
class C extends B {
  override get x(): number { return super.x * 2; }
  override set x(n: number) { super.x = -n; }
}
B.bump();
B.n += 1;
A.n *= 3;
B.names.push("b");
const statics = `${A.n} ${B.n} ${B.add()} ${C.n} ${C.names}`;
function probe(s: string): string[] {
  const out: string[] = [statics];
  for (const b of [new A(), new B(), new C()]) {
    out.push(`${b.x}`);
    b.x = 4;
    out.push(`${b.x}`);
    if (b instanceof B) b.twice();
    b.x += 1;
    b.x++;
    out.push(`${b.x}`);
  }
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("accessorsAndStatics", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
