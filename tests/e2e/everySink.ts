// Messages of a topic into every sink that TypeScript has words for. NAMES in capitals are filled in by the test.
import { ExecutionContext, Kafka, KafkaMessage, Mysql, MysqlConnectionOptionsBuilder, Redis, RedisStream, Secret } from "lightflus-api";

interface Score {
  player: string;
  points: number;
  note: string | null;
}

interface Line {
  player: string;
  points: number;
  place: string;
  trace: string | null;
}

const brokers = ["KAFKA"];
const database = new MysqlConnectionOptionsBuilder()
  .host("127.0.0.1")
  .port(MYSQL_PORT)
  .username("MYSQL_USER")
  .password(Secret.env("EVERY_SINK_PASSWORD"))
  .database("MYSQL_DATABASE")
  .build();
const redis = () => Redis.new<Line>().host("127.0.0.1").port(REDIS_PORT);

const ctx = ExecutionContext.new("everySink");
const messages = Kafka.builder()
  .brokers(brokers)
  .topic("SCORES")
  .startFrom("earliest")
  .bounded()
  .badRecords("drop")
  .property("fetch.wait.max.ms", 50)
  .buildMessages<KafkaMessage<Score>>()
  .createFlow(ctx);

const lines = messages.map((m): Line => ({
  player: m.value.player,
  points: m.value.points,
  place: `${m.key ?? "none"} ${m.partition} ${m.offset} ${m.timestamp}`,
  trace: m.headers.find((h) => h.name === "trace")?.value ?? null,
}));

lines.sink(redis().hash("PREFIX:points").keyExtractor((l) => l.player).valueExtractor((l) => `${l.points}`)).name("hash").execute();
lines.sink(redis().sortedSet("PREFIX:ranking").keyExtractor((l) => l.player).scoreExtractor((l) => l.points)).name("ranking").execute();
lines.sink(redis().stream("PREFIX:log")).execute();
lines.sink(redis().ttl(1000).keyExtractor((l) => `PREFIX:${l.player}`).valueExtractor((l) => l.trace)).name("keys").execute();

lines
  .sink(
    Kafka.sink<Line>()
      .brokers(brokers)
      .topic("COPIES")
      .keyExtractor((l) => l.player)
      .timestampExtractor((l) => l.points * 1000)
      .headersExtractor((l) => [{ name: "trace", value: l.trace }, { name: "by", value: "job" }]),
  )
  .execute();

messages
  .map((m) => m.value)
  .sink(
    Mysql.new<Score>()
      .connection(database)
      .statement("insert into scores (player, points, note) values (?, ?, ?) on duplicate key update points = values(points), note = values(note)")
      .extractors((s) => {
        s.setString(1, (v) => v.player);
        s.setNumber(2, (v) => v.points);
        s.setString(3, (v) => v.note);
      }),
  )
  .execute();

lines.sink(Mysql.new<Line>().connection(database).table("places").columns(["player", "place"]).keys(["player"])).execute();

RedisStream.builder()
  .host("127.0.0.1")
  .port(REDIS_PORT)
  .stream("PREFIX:in")
  .startFrom("earliest")
  .bounded()
  .build<Score>()
  .createFlow(ctx)
  .sink(Redis.new<Score>().host("127.0.0.1").port(REDIS_PORT).hash("PREFIX:read").keyExtractor((s) => s.player).valueExtractor((s) => `${s.points * 2} ${s.note ?? "-"}`))
  .name("read")
  .execute();
