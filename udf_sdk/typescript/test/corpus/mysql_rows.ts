// Statements with parameters of every kind, fields and computed ones, missing ones; rows of a table.
// input: {"people": [{"id": 1, "name": "Ann", "big": "12345678901234567n", "isActive": true, "note": "n", "age": 30}, {"id": 2.5, "name": "Bob", "big": "-1n", "isActive": false, "note": null, "age": null}]}
import { ExecutionContext, Kafka, Mysql, MysqlConnectionOptionsBuilder, MysqlStatement, Secret } from "lightflus-api";

interface Person {
  id: number;
  name: string;
  big: bigint;
  isActive: boolean;
  note: string | null;
  age: number | null;
}

const ctx = ExecutionContext.new("people");
const connection = new MysqlConnectionOptionsBuilder()
  .host("localhost")
  .port(3307)
  .username("app")
  .password(Secret.env("DB_PASSWORD"))
  .database("shop")
  .build();
const people = Kafka.builder().brokers(["localhost:9092"]).topic("people").build<Person>().createFlow(ctx);
const limit = 20;

function nameOf(person: Person): string {
  return person.name.trim();
}

people
  .sink(
    Mysql.new<Person>()
      .connection(connection)
      .statement("insert into person (id, name, big, active, note, age) values (?, ?, ?, ?, ?, ?) -- all of them?")
      .extractors((s) => {
        s.setString(2, nameOf);
        s.setNumber(1, (p) => p.id);
        s.setBigInt(3, (p) => p.big);
        s.setBoolean(4, ({ isActive }) => isActive).setString(5, (p) => p.note);
        s.setNumber(6, (p) => p.age);
      }),
  )
  .execute();

/** What two statements have in common. */
function identify(s: MysqlStatement<Person>): void {
  s.setNumber(1, (p) => p.id * 10);
  s.setString(2, (p) => (p.name.length > limit ? undefined : p.name + "'?"));
}

people
  .sink(
    Mysql.new<Person>()
      .statement("update person set note = concat('what?', `odd?`), id = ? where name = ? /* why? */")
      .extractors((s) => {
        identify(s);
      })
      .connection(connection),
  )
  .execute();
people.sink(Mysql.new<Person>().statement("call touch(?, ?, ?)").extractors((s) => { for (let i = 1; i <= 3; i++) s.setNumber(i, (p) => (p.age === null ? null : p.age + i)); }).connection(connection)).execute();
people.sink(Mysql.new<Person>().table("everyone").connection(connection)).execute();
people.sink(Mysql.new<Person>().table("names").columns(["id", "name"]).keys(["id"]).connection(connection)).execute();
