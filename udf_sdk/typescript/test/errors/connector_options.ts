import { Connector, ExecutionContext, Kafka, KafkaSink, Mysql, MysqlConnectionOptions, Secret } from "lightflus-api";

interface Person {
  id: number;
  name: string;
}

const ctx = ExecutionContext.new("wrong");
const people = Kafka.builder().brokers(["h:1"]).topic("people").build<Person>().createFlow(ctx);
const more = { port: 1 };
const counts: number[] = [];

Connector.sink<Person>("k", { ...more, get host() { return "h"; } }); // error
Connector.sink<Person>("k", { ["host"]: "h" }); // error
people.map((p) => Secret.env(p.name)); // error
people.sink(Kafka.sink<Person>().topic("t").valueExtractor((p) => new Map([[p.id, p.name]]))).execute(); // error
people.sink(Kafka.sink<Person>().topic("t").keyExtractor((p) => { counts.push(p.id); return p.name; })).execute(); // error
people.sink(Mysql.new<Person>().statement("call f(?)").extractors((s) => { s.setNumber(1, (p) => counts.push(p.id)); })).execute(); // error
new MysqlConnectionOptions(); // error
people.sink(new KafkaSink<Person>().topic("t")).execute(); // error
people.sink(Kafka.sink<{ id: number }>().topic("t")).execute(); // error
