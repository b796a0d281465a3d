// What sources and sinks say in the graph, and what a description that is not complete is told, at which place.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Instance } from "./instance.mjs";
import { moduleOf } from "./jobs.mjs";
import { parameterCount } from "../.build/src/sql.mjs";

const HEAD =
  'import { Connector, ExecutionContext, Kafka, KafkaMessage, Mysql, MysqlConnectionOptionsBuilder, Redis, RedisStream, Schema, Secret } from "lightflus-api";\n' +
  "interface P { id: number; name: string }\n" +
  'const ctx = ExecutionContext.new("job");\n';
const PEOPLE = 'const people = Kafka.builder().topic("people").build<P>().createFlow(ctx);\n';
const DB = 'const db = new MysqlConnectionOptionsBuilder().host("h").database("d").build();\n';

/** The module of a program in memory, run up to its graph. */
async function instanceOf(text) {
  const program = (path) => (path === "/job/main.ts" ? text : undefined);
  const read = (path) => program(path) ?? (existsSync(path) && path.includes("/.build/") ? readFileSync(path, "utf8") : undefined);
  const sources = { read, exists: (path) => read(path) !== undefined };
  return new Instance(await moduleOf("/job/main.ts", { sources, optimize: 0 }));
}

/** The sources or sinks of a program's graph. */
async function said(kind, text) {
  const { graph } = await instanceOf(HEAD + text);
  return graph.operators.flatMap((o) => o[kind] ?? []);
}

const sourceOf = async (text) => (await said("source", `${text}.createFlow(ctx).sink(Connector.sink<P>("x")).execute();`))[0];
const sinkOf = async (text) => (await said("sink", `${PEOPLE}${DB}people.sink(${text}).execute();`))[0];

describe("sources", () => {
  test("Kafka: where it starts and ends, who it is, what becomes of bad records", async () => {
    const source = await sourceOf(
      'Kafka.builder().brokers(["a:1", "b:2"]).topic("t").group("g").startAt("2026-01-31T12:00:00Z").bounded().tls({ ca: "c" })' +
        '.sasl({ mechanism: "PLAIN", user: "u", password: Secret.env("P") }).property("fetch.min.bytes", 9).option("retry", 5).badRecords("dead-letter").build<P>(Schema.json())',
    );
    assert.deepEqual(source.connector, {
      kind: "kafka",
      options: {
        brokers: "a:1,b:2", topic: "t", group: "g", start: "timestamp", "start.timestamp": "2026-01-31T12:00:00Z", end: "latest", tls: "true", "tls.ca": "c",
        "sasl.mechanism": "PLAIN", "sasl.user": "u", "sasl.password": "env:P", "librdkafka.fetch.min.bytes": "9", retry: "5",
      },
    });
    assert.equal(source.format, "json");
    assert.equal(source.badRecords, "BAD_RECORDS_DEAD_LETTER");
  });

  test("a time may be milliseconds, offsets are by partition", async () => {
    const at = await sourceOf('Kafka.builder().topic("t").startAt(1700000000000).build<P>()');
    assert.equal(at.connector.options["start.timestamp"], "1700000000000");
    const offsets = await sourceOf('Kafka.builder().topic("t").startAtOffsets({ 0: 12, 1: 9007199254740993n }).build<P>()');
    assert.equal(offsets.connector.options["start.offsets"], "0:12,1:9007199254740993");
  });

  test("where it starts is what was said last", async () => {
    const { connector } = await sourceOf('Kafka.builder().topic("t").startAt(5).startAtOffsets({ 0: 1 }).startFrom("latest").build<P>()');
    assert.deepEqual(connector.options, { topic: "t", start: "latest" });
  });

  test("a format brings its options", async () => {
    const csv = await sourceOf('Kafka.builder().topic("t").build<P>(Schema.csv({ delimiter: ";", header: false }))');
    assert.deepEqual([csv.format, csv.connector.options], ["csv", { topic: "t", "format.delimiter": ";", "format.header": "false" }]);
    const avro = await sourceOf('Kafka.builder().topic("t").build<P>(Schema.avro({ registry: "http://r", registryUser: "u" }))');
    assert.deepEqual([avro.format, avro.connector.options], ["avro", { topic: "t", "format.registry": "http://r", "format.registry.user": "u" }]);
    const json = await sourceOf('Kafka.builder().topic("t").build<P>(Schema.json({ uint64: "id" }))');
    assert.deepEqual([json.format, json.connector.options], ["json", { topic: "t", "format.uint64": "id" }]);
  });

  test("messages are an envelope; other sources do not say so", async () => {
    const messages = await sourceOf('Kafka.builder().topic("t").buildMessages<KafkaMessage<P>>().createFlow(ctx).map((m) => m.value);\nKafka.builder().topic("u").build<P>()');
    assert.equal(messages.envelope, true);
    assert.equal("envelope" in (await sourceOf('Kafka.builder().topic("t").build<P>()')), false);
  });

  test("a builder can be built twice", async () => {
    const [one, two] = await said(
      "source",
      'const b = Kafka.builder().topic("one"); const s = b.build<P>(); b.topic("two"); const z = Redis.new<P>().host("h").channel("c");\n' +
        "s.createFlow(ctx).sink(z).execute(); b.build<P>().createFlow(ctx).sink(z).execute();",
    );
    assert.deepEqual([one.connector.options.topic, two.connector.options.topic], ["one", "two"]);
  });
});

describe("sinks", () => {
  test("a function that answers a field needs no call, in any sink", async () => {
    const statement = '.statement("call f(?, ?)").extractors((s) => { s.setString(2, (p) => p.name); s.setNumber(1, ({ id }) => id); })';
    const { fields } = await sinkOf(`Mysql.new<P>().connection(db)${statement}`);
    assert.deepEqual(fields.map((f) => [f.name, f.value]), [["1", { field: { names: ["id"] } }], ["2", { field: { names: ["name"] } }]]);
    const kafka = await sinkOf('Kafka.sink<P>().topic("t").keyExtractor((p) => p.name).timestampExtractor((p) => p.id)');
    assert.deepEqual(kafka.fields.map((f) => f.value.field), [{ names: ["name"] }, {}, { names: ["id"] }]);
  });

  test("Redis: a value that may be missing is a nullable field", async () => {
    const { fields } = await sinkOf('Redis.new<P>().host("h").keyExtractor((p) => p.name).valueExtractor((p) => (p.id > 0 ? p.name : null))');
    assert.deepEqual(fields.map((f) => f.type), [{ scalar: "UTF8" }, { nullable: true, scalar: "UTF8" }]);
  });

  test("MySQL: a connection may serve several sinks; a table has a column per field", async () => {
    const [one, two] = await said(
      "sink",
      `${PEOPLE}${DB}people.sink(Mysql.new<P>().connection(db).table("a").keys(["id"])).execute(); people.sink(Mysql.new<P>().connection(db).table("b").columns(["name"])).execute();`,
    );
    assert.deepEqual([one.connector.options.table, one.keyFields, one.delivery], ["a", ["id"], "DELIVERY_UPSERT"]);
    assert.deepEqual([two.connector.options, two.fields.map((f) => f.name), two.delivery], [{ host: "h", database: "d", table: "b" }, ["name"], undefined]);
  });

  test("options may be held in an object, spread, and left out", async () => {
    const options = 'const held = { host: "h", port: 1, more: undefined as string | undefined };\n';
    const [sink] = await said("sink", `${PEOPLE}${options}people.sink(Connector.sink<P>("k", { ...held, port: 2, tls: true })).execute();`);
    assert.deepEqual(sink.connector.options, { host: "h", port: "2", tls: "true" });
  });
});

const kafkaSource = (text) => `${text}.createFlow(ctx);`;
const sink = (text) => `${PEOPLE}${DB}people.sink(${text}).execute();`;
const mysql = (text) => sink(`Mysql.new<P>().connection(db)${text}`);

/** What is wrong -> the words, and the place: the last occurrence of a text in the program. */
const MISUSES = [
  [kafkaSource("Kafka.builder().build<P>()"), "this Kafka source has no topic: add .topic(name) to it", "build"],
  [kafkaSource('Kafka.builder().topic("t").startAt("").build<P>()'), "startAt takes milliseconds since 1970 or ISO 8601 text", "startAt"],
  [kafkaSource('Kafka.builder().topic("t").startAtOffsets({}).build<P>()'), "startAtOffsets({ 0: 12 })", "startAtOffsets"],
  [kafkaSource('Kafka.builder().topic("t").startFrom("group").build<P>()'), 'startFrom("group") needs a group', "build"],
  [sink("Kafka.sink<P>()"), "this Kafka sink has no topic: add .topic(name) to it", "sink(Kafka"],
  [sink('Kafka.sink<P>().topic("t").keyExtractor((p) => p.name).keyExtractor((p) => "x")'), "has a keyExtractor already", '(p) => "x"'],
  [kafkaSource('RedisStream.builder().host("h").build<P>()'), "this Redis source has no stream: add .stream(name) to it", "build"],
  [kafkaSource('RedisStream.builder().stream("s").build<P>()'), "this Redis source has no host: add .host(name) to it", "build"],
  [kafkaSource('RedisStream.builder().host("h").stream("s").startFrom("group").build<P>()'), 'startFrom("group") needs a group', "build"],
  [sink('Redis.new<P>().host("h").port(70000)'), "a port is a whole number from 1 to 65535", "port"],
  [sink('Redis.new<P>().host("h").ttl(0.5)'), "a whole number of seconds", "ttl"],
  [sink('Redis.new<P>().host("h").hash("a").stream("b")'), "a sink has one of hash, sortedSet, stream and channel", "stream(\"b"],
  [sink('Redis.new<P>().host("h").sortedSet("z").keyExtractor((p) => p.name)'), "no score: add .scoreExtractor(record => ...)", "sink(Redis"],
  [sink('Redis.new<P>().host("h").keyExtractor((p) => p.name).scoreExtractor((p) => p.id)'), "scoreExtractor is for a sortedSet", "sink(Redis"],
  [`${PEOPLE}people.sink(Mysql.new<P>().table("t")).execute();`, "has no connection: add .connection(", "sink(Mysql"],
  ['new MysqlConnectionOptionsBuilder().host("h").build();', "has no database: add .database(name) to it", "build"],
  [mysql(""), "either a statement or a table", "sink(Mysql"],
  [mysql('.statement("call f(?)")'), "parameter 1 of the statement is not set: add .extractors(s => { s.setString(1, record => ...); })", "sink(Mysql"],
  [mysql('.statement("call f(?, ?)").extractors((s) => { s.setNumber(2, (p) => p.id); })'), "parameter 1 of the statement is not set: add s.setString(1, record => ...)", "(s) =>"],
  [mysql('.statement("call f(?)").extractors((s) => { s.setNumber(1, (p) => p.id); s.setNumber(2, (q) => q.id); })'), "the statement has 1 parameter, so there is no parameter 2", "(q) =>"],
  [mysql('.statement("call f(?)").extractors((s) => { s.setNumber(1, (p) => p.id); s.setNumber(1, (q) => q.id); })'), "parameter 1 of the statement is set twice", "(q) =>"],
  [mysql('.statement("call f(?)").extractors((s) => { s.setNumber(0, (p) => p.id); })'), "counted from 1", "(p) =>"],
  [mysql('.statement("call f()").extractors((s) => {})'), "the statement has no parameters: write a ? for each value", "(s) =>"],
  [mysql('.table("t").extractors((s) => { s.setNumber(1, (p) => p.id); })'), "extractors are for a statement", "(s) =>"],
  [mysql('.statement("call f(?)").keys(["id"]).extractors((s) => { s.setNumber(1, (p) => p.id); })'), "columns and keys are for a table", "sink(Mysql"],
  [mysql('.table("t").columns(["name"]).keys(["id"])'), "the key id is not among the columns", "sink(Mysql"],
  [sink('Connector.sink<P>("")'), "a connector has a kind", 'sink<P>("")'],
  [sink('Connector.sink<P>("k").field("a", (p) => p.id).field("a", (q) => q.id)'), "the field a is written twice", "(q) =>"],
];

for (const [text, words, at] of MISUSES) {
  test(`${words}: said when the job is built, at the user's place`, async () => {
    const program = HEAD + text;
    const offset = program.lastIndexOf(at);
    const line = program.slice(0, offset).split("\n").length;
    const error = await instanceOf(program).then(
      () => assert.fail("nothing was said"),
      (thrown) => thrown,
    );
    assert.ok(error.message.includes(words), error.message);
    assert.deepEqual([error.file, error.line, error.column], ["main.ts", line, offset - program.lastIndexOf("\n", offset - 1)]);
  });
}

describe("the parameters of a statement", () => {
  const STATEMENTS = new Map([
    ["insert into t values (?, ?)", 2],
    ["select '?', \"?\", `?`, ?", 1],
    ["x = 'it''s ?' and y = ?", 1],
    ["x = 'a\\'?' and ?", 1],
    ["? -- ?\n, ?", 2],
    ["?--?", 2],
    ["/* ? */ ? # ?", 1],
    ["? 'open ?", 1],
    ["? /* open ?", 1],
  ]);

  test("are those outside of texts, names and comments", () => {
    for (const [sql, count] of STATEMENTS) assert.equal(parameterCount(sql), count, sql);
  });

  test("are the same in a module", async () => {
    const sinkFor = ([sql, count]) =>
      `people.sink(Mysql.new<P>().connection(db).statement(${JSON.stringify(sql)}).extractors((s) => { for (let i = 1; i <= ${count}; i++) s.setNumber(i, (p) => p.id); })).execute();`;
    const sinks = await said("sink", PEOPLE + DB + [...STATEMENTS].map(sinkFor).join("\n"));
    assert.deepEqual(sinks.map(({ fields }) => fields.length), [...STATEMENTS.values()]);
  });
});
