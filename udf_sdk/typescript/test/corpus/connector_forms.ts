// Descriptions of sources and sinks in all the forms that programs have: generic functions, loops, variables, closures, enums.
// input: {"rows": [{"id": 1, "name": "Ann", "level": "low", "address": {"city": "Rome", "zip": null}, "note": null, "kind": "a", "pair": ["x", "y"], "rank": 1}, {"id": 2, "name": "Bob", "level": "high", "address": null, "note": "n", "kind": "b", "pair": ["z"], "rank": 3}]}
import { Connector, ExecutionContext, Job, Kafka, KafkaBuilder, Mysql, MysqlConnectionOptions, MysqlConnectionOptionsBuilder, Redis, Schema, Sink, Stream } from "lightflus-api";

enum Level { Low = "low", High = "high" }
enum Column { Id = 1, Name, Level, City, Note }
interface Address { city: string; zip?: string }
interface Row { id: number; name: string; level: Level; address?: Address; note?: string; kind: "a" | "b"; pair: string[]; rank: number }
class Point { constructor(public x: number, public y: number) {} get sum() { return this.x + this.y; } }

const ctx = ExecutionContext.new("adv");
function toTopic<T>(stream: Stream<T>, topic: string, key?: (t: T) => string): Job {
  const sink = Kafka.sink<T>().brokers(["h:1"]).topic(topic);
  return stream.sink(key === undefined ? sink : sink.keyExtractor(key));
}
function connect(database: string, secure: boolean): MysqlConnectionOptions {
  let builder = new MysqlConnectionOptionsBuilder().host("h").database(database);
  if (secure) builder = builder.tls();
  return builder.build();
}
const schema = Schema.csv();
let builder: KafkaBuilder = Kafka.builder().topic("rows").tls(undefined);
const isShort = 3 > 2;
if (isShort) builder = builder.bounded();
const rows = builder.build<Row>(schema, "Row").createFlow(ctx);
toTopic(rows, "all").execute();
toTopic(rows.map((r) => new Point(r.id, r.rank)), "points", (p) => String(p.sum)).execute();
for (const level of [Level.Low, Level.High]) {
  rows.filter((r) => r.level === level).sink(Kafka.sink<Row>().topic(level).keyExtractor((r) => r.address?.city).valueExtractor((r) => r.pair)).execute();
}
const extras: ((r: Row) => string)[] = [(r) => r.name, (r) => r.kind];
rows.sink(Mysql.new<Row>().connection(connect("d", true)).statement("insert into t values (?, ?, ?, ?, ?)").extractors((s) => {
  s.setNumber(Column.Id, (r) => r.id);
  s.setString(Column.Level, (r) => r.level).setString(Column.City, (r) => r.address?.city).setString(Column.Note, (r) => r.note);
  s.setString(Column.Name, (r) => (r.rank > 2 ? null : r.pair[0]));
})).execute();
rows.sink(Mysql.new<Row>().connection(connect("e", false)).statement("call f(?, ?)").extractors((s) => extras.forEach((f, i) => s.setString(i + 1, f)))).execute();
rows.sink(Mysql.new<Row>().connection(connect("e", false)).statement("call g(?)").extractors((s) => s.setString(1, (r) => r.kind))).execute();
const set = (name: string) => Redis.new<Row>().host("h").hash(name).keyExtractor((r) => r.kind).valueExtractor((r) => r.level);
rows.sink(set("x")).name("x").execute();
let sink: Sink<Row> = set("y");
rows.sink(sink).name("y").execute();
rows.sink(Connector.sink<Row>("k", {}).field("where", (r) => r.address).field("level", (r) => r.level)).execute();
