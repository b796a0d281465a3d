// Objects in objects and lists in records cross the operators.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Address = { city: string; geo: { lat: number; lon: number } };
type Person = { name: string; age: number; tags: string[]; addresses: Address[]; active: boolean };

function person(line: string, i: number): Person {
  return {
    name: line,
    age: line.length + i,
    tags: line.split(" "),
    addresses: line.split("").slice(0, i).map((city, k) => ({ city, geo: { lat: k, lon: -k / 2 } })),
    active: i % 2 === 0,
  };
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("nested", "default"))
  .flatMap((line) => [0, 1, 2].map((i) => person(line, i)))
  .filter((p) => p.active || p.tags.length > 1)
  .map((p) => ({ ...p, tags: p.tags.concat(["more"]), matrix: [[1, 2], [], [p.age]] }))
  .keyBy((p) => p.name)
  .reduce((a, b) => ({ ...a, age: a.age + b.age, tags: a.tags.concat(b.tags), addresses: [...b.addresses, ...a.addresses], active: a.active && b.active, matrix: a.matrix.concat(b.matrix) }))
  .map((p) => ({ key: p.name, value: `${p.age} ${p.tags.join(",")} ${p.addresses.map((a) => a.city + a.geo.lat + "/" + a.geo.lon).join(";")} ${p.active} ${p.matrix.map((row) => row.join("+")).join("|")}` }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
