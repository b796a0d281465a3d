import { ExecutionContext, Kafka, Mysql, MysqlConnectionOptionsBuilder, Secret } from "lightflus-api";

interface Person {
  id: number;
  name: string;
  big: bigint;
  isActive: boolean;
  note: string | null;
}

const ctx = ExecutionContext.new("mysql", "default");
const connection = new MysqlConnectionOptionsBuilder()
  .host("localhost")
  .port(3307)
  .username("app")
  .password(Secret.env("DB_PASSWORD"))
  .database("shop")
  .tls({ ca: "ca.pem" })
  .build();
const people = Kafka.builder().brokers(["localhost:9092"]).topic("people").build<Person>().createFlow(ctx);

people
  .sink(
    Mysql.new<Person>()
      .connection(connection)
      .statement("insert into person (id, name, big, active, note) values (?, ?, ?, ?, ?) -- all of them?")
      .extractors((s) => {
        s.setNumber(1, (p) => p.id);
        s.setString(2, (p) => p.name.trim());
        s.setBigInt(3, (p) => p.big);
        s.setBoolean(4, (p) => p.isActive);
        s.setString(5, (p) => p.note);
      }),
  )
  .execute();
people.sink(Mysql.new<Person>().table("everyone").connection(connection)).execute();
people.sink(Mysql.new<Person>().table("names").columns(["id", "name"]).keys(["id"]).connection(connection)).execute();
