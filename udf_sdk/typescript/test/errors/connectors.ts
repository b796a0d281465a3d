import { ExecutionContext, Kafka, Mysql, Redis, Schema } from "lightflus-api";

interface Person {
  id: number;
  name: string;
}

const ctx = ExecutionContext.new("wrong");
const people = Kafka.builder().brokers(["h:1"]).topic("people").build<Person>().createFlow(ctx);

// words that TypeScript knows
Kafka.builder().startFrom("beginning"); // error
Kafka.builder().startAt(true); // error
Kafka.builder().sasl({ mechanism: "PLAIN", user: "u" }); // error
Kafka.builder().tls({ certificate: "x" }); // error
Kafka.builder().badRecords("ignore"); // error
Kafka.builder().build<string>("text"); // error
Kafka.builder().buildMessages<{ key: number; value: string }>(); // error
Schema.avro({ message: "x" }); // error
Mysql.new<Person>().connection({ host: "h" }); // error
Mysql.new<Person>().table("t").columns(["id", "nick"]); // error
Mysql.new<Person>().extractors((s) => { s.setString(1, (p) => p.id); }); // error
Mysql.new<Person>().extractors((s) => { s.setNumber(1, (p) => p.nick); }); // error
Redis.new<Person>().sortedSet("z").scoreExtractor((p) => p.name); // error
Kafka.sink<Person>().keyExtractor((p) => p.id); // error
people.sink(Kafka.sink<string>().topic("t")); // error
people.sink(Mysql.new<Person>().statement("call f(?)").extractors((s) => { s.setNumber(1, async (p) => p.id); })).execute(); // error
