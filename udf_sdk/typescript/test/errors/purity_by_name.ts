// Writes to what main created, reached through functions that are passed by their names, accessors and local functions.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Spec {
  n: number;
  tags: string[];
}
const SPECS: Spec[] = [{ n: 1, tags: [] }, { n: 2, tags: ["x"] }];
const pick = (i: number): Spec => SPECS[i];
const same = (s: Spec): Spec => s;
const bump = (s: Spec): void => {
  s.n++;
};
const copyOf = (s: Spec): Spec => ({ ...s });
const larger = (a: Spec, b: Spec): Spec => (a.n > b.n ? a : b);

class Temperature {
  constructor(public celsius: number) {}
  get fahrenheit(): number {
    return (this.celsius * 9) / 5 + 32;
  }
  set fahrenheit(value: number) {
    this.celsius = ((value - 32) * 5) / 9;
  }
}
const ZERO = new Temperature(0);

function bad(s: string): string {
  [0].map(pick)[0].n = 1; // error
  const specs = SPECS.map(same);
  specs[0].n += 1; // error
  SPECS.forEach(bump); // error
  SPECS.reduce(larger).n = 3; // error
  Array.from(SPECS, same)[0].n = 1; // error
  const shallow = SPECS.map(copyOf);
  shallow[0].tags.push("y"); // error
  const all = (): Spec[] => SPECS;
  all()[0].n = 1; // error
  ZERO.fahrenheit = 3; // error
  return s;
}

function fine(s: string): string {
  const copies = SPECS.map(copyOf);
  copies[0].n += ZERO.fahrenheit;
  copies.forEach(bump);
  const own = new Temperature(3);
  own.fahrenheit += ZERO.fahrenheit;
  const sorted = SPECS.toSorted((a, b) => b.n - a.n);
  sorted.pop();
  return `${s}${copies[0].n}${own.celsius}${sorted.length}`;
}

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("purityByName", "default"))
  .map(bad)
  .map(fine)
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
