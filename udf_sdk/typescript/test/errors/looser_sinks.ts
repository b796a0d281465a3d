// A sink of another shape than the stream's, where TypeScript itself sees no difficulty; elements without a type.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Person = { name: string; age?: number };

const people = Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("sinks", "default")).map((name) => ({ name, age: 3 }));
const sink = Redis.new<Person>().host("h").keyExtractor((p) => p.name).valueExtractor((p) => `${p.age}`);

people.sink(sink).execute(); // error
people.map((p): Person => p).sink(sink).execute(); // error
people.map((p): Person => ({ ...p })).sink(sink).execute();
people
  .map((p) => {
    const zeros = new Array(4).fill(0); // error
    return `${p.name}${zeros}`;
  })
  .sink(Redis.new<string>().host("h").keyExtractor((p) => p).valueExtractor((p) => p))
  .execute();
