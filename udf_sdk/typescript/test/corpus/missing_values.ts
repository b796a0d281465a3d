// Optional chains that end in numbers and truth values, spread of what may be missing, sorting with undefined, `in` between object types.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Place = { name?: string; at?: number[]; options?: { unit: string; round?: boolean } };
type Token = { kind: "number"; value: number } | { kind: "operator"; sign: string };
type Pet = { meow: string } | { bark: string; age: number } | { fins: number; age: number };

class Reader {
  private token: Token | undefined;
  constructor(text: string) {
    this.token = text === "" ? undefined : text.length % 2 ? { kind: "number", value: 1 } : { kind: "operator", sign: "+" };
  }
  isPlus(): boolean {
    return this.token?.kind === "operator" && (this.token.sign === "+" || this.token.sign === "-");
  }
}

function say(pet: Pet): string {
  if ("meow" in pet) return pet.meow;
  return "bark" in pet ? `${pet.bark} ${pet.age}` : `${pet.fins} fins, ${pet.age}`;
}

const merged = (p: Place, q?: Place): Place => ({ ...p, ...q, options: { unit: "m", ...p.options, ...q?.options } });

function probe(s: string): string {
  const place: Place = s.length > 3 ? { name: s, at: [1, 2], options: { unit: "km" } } : {};
  const both = merged(place, s === "" ? undefined : { options: { unit: "mi", round: true } });
  return [
    `${place.name?.indexOf("a") ?? -5}`,
    `${place.at?.reduce((x, y) => x + y, 0) ?? -1}`,
    `${place.at?.reduce((x, y) => x * y) ?? -1}`,
    String(place.at?.includes(2) ?? false),
    `${place.at?.map((x) => x + 1).indexOf(3) ?? -9}`,
    place.at?.at(7)?.toFixed(2) ?? "none",
    String(place.at?.some((x) => x > 1)),
    s.split(" ").reduce<string | undefined>((best, w) => (best === undefined || w.length > best.length ? w : best), undefined) ?? "?",
    [1, 5, 3].reduce<number | null>((most, n) => (n > (most ?? 2) ? n : most), null)?.toFixed(1) ?? "none",
    String(new Reader(s).isPlus()),
    `${both.name ?? "-"} ${both.options?.unit} ${both.options?.round ?? false}`,
    say({ meow: s }) + say({ bark: s, age: 2 }) + say({ fins: s.length, age: 3 }),
    [3, undefined, 20, 1].sort().map((x) => x ?? 0.5).join(),
    [3, undefined, 20, 1].toSorted((a, b) => b! - a!).map((x) => `${x}`).join(),
    ["b", null, "nz", "a"].sort().map((x) => x ?? "NULL").join(),
    [undefined, "b", undefined, "a"].sort((a, b) => (a! > b! ? 1 : -1)).map((x) => x ?? "-").join(),
    s.split(" ").toSorted().toReversed().join(),
    String([..."ab"].find((x) => x === "b") === "b"),
    `${(s as unknown as string).length}`,
  ].join("|");
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("missingValues", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
