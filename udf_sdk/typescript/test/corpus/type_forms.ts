// Types in all their forms: intersections, extends, generics with constraints, utility types, as const, satisfies, casts, overloads.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface HasId {
  id: string;
}

interface User extends HasId {
  name: string;
  age: number;
}

type Audited = { created: number };
type Entity = User & Audited;
type Draft = Partial<User>;
type Brief = Pick<User, "id" | "age">;
type Rest = Omit<User, "age">;
type Pairs = Array<readonly [string, number]>;
type Maybe<T> = T | null;

function byId<T extends HasId>(items: T[], id: string): Maybe<T> {
  for (const item of items) if (item.id === id) return item;
  return null;
}

function size(x: string): number;
function size(x: string, factor: number): number;
function size(x: string, factor = 1): number {
  return x.length * factor;
}

const user = { id: "u", name: "n", age: 3 } satisfies User;
const SIZES = ["s", "m", "l"] as const;
type Size = (typeof SIZES)[number];

function sizeOf(s: string): Size {
  return s.length < 4 ? "s" : s.length < 8 ? "m" : "l";
}

function probe(s: string): string {
  const e: Entity = { id: s, name: "x" + s, age: s.length, created: 1 };
  const draft: Draft = { name: "d" };
  const brief: Brief = { id: e.id, age: e.age };
  const rest: Rest = { id: "r", name: "rest" };
  const pairs: Pairs = [["a", 1], ["b", 2]];
  const found = byId([e, { ...e, id: "other" }], "other");
  const words = s.split(" ") as string[];
  const literal = <string>words[0];
  const n = (s.length as number) + Number(true);
  return `${e.name}${e.created} ${draft.name ?? "-"}${draft.age ?? 0} ${brief.id}${brief.age} ${rest.name} ${pairs.map(([k, v]) => k + v).join()} ${found?.id ?? "none"} ${size(s)}${size(s, 2)} ${user.name} ${sizeOf(s)} ${literal} ${n}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("typeForms", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
