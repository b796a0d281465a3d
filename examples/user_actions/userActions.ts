import { ExecutionContext, Kafka, Mysql, MysqlConnectionOptionsBuilder, Secret } from "lightflus-api";

interface UserAction {
  id: number;
  user: string;
  action: string;
  page: string;
  millis: number;
}

const source = Kafka.builder().brokers(["localhost:9092"]).topic("user_actions").group("user_actions").build<UserAction>();

const connection = new MysqlConnectionOptionsBuilder()
  .host("localhost")
  .username("lightflus")
  .password(Secret.env("MYSQL_PASSWORD"))
  .database("actions")
  .build();

const slow = Mysql.new<UserAction>()
  .connection(connection)
  .statement(
    "insert into slow_pages (id, user, page, seconds) values (?, ?, ?, ?) " +
      "on duplicate key update user = values(user), page = values(page), seconds = values(seconds)",
  )
  .extractors((s) => {
    s.setNumber(1, (a) => a.id);
    s.setString(2, (a) => a.user);
    s.setString(3, (a) => a.page.toLowerCase());
    s.setNumber(4, (a) => a.millis / 1000);
  });

source
  .createFlow(ExecutionContext.new("userActions", "default"))
  .filter((a) => a.action === "view" && a.millis > 1000)
  .sink(slow)
  .execute();
