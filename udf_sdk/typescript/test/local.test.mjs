// The runner under Node: a program run by itself with LIGHTFLUS_INPUT, and runLocal in a test.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Connector, ExecutionContext, Kafka, Mysql, Redis, runLocal } from "../.build/src/index.mjs";

const api = new URL("../.build/src/index.mjs", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "lightflus-local-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
import { ExecutionContext, Kafka, Redis } from ${JSON.stringify(api)};
const source = Kafka.builder().brokers(["h:1"]).topic("lines").group("g").build();
await source.createFlow(ExecutionContext.new("job"))
  .flatMap((line) => (typeof line === "string" ? line : line.text).split(" ").map((w) => ({ w, n: 1 })))
  .keyBy((r) => r.w).reduce((a, b) => ({ w: a.w, n: a.n + b.n }))
  .sink(Redis.new().host("h").keyExtractor((r) => r.w).valueExtractor((r) => String(r.n))).execute();
`;

/** Runs the program as a user does; answers what it printed and how it ended. */
function runProgram(environment, input = "") {
  const file = join(folder, "job.mjs");
  writeFileSync(file, PROGRAM);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
    env: { ...process.env, ...environment },
    input,
    encoding: "utf8",
  });
  return { lines: stdout.trim().split("\n"), stderr, status };
}

test("lines of a file: either line end, a byte order mark, no end at the end", () => {
  writeFileSync(join(folder, "a.txt"), "\ufeffa b\r\nb\n\nb c");
  const { lines, status } = runProgram({ LIGHTFLUS_INPUT: `lines=${join(folder, "a.txt")}` });
  assert.equal(status, 0);
  assert.deepEqual(
    lines.map((l) => JSON.parse(l)),
    [
      { sink: "redis", key: "a", value: "1" },
      { sink: "redis", key: "b", value: "3" },
      { sink: "redis", key: "", value: "1" },
      { sink: "redis", key: "c", value: "1" },
    ],
  );
});

test("JSON values by the file's name, text from standard input by '-'", () => {
  writeFileSync(join(folder, "a.jsonl"), '{"text":"x y"}\n\n{"text":"x"}\n');
  assert.match(runProgram({ LIGHTFLUS_INPUT: `lines=${join(folder, "a.jsonl")}` }).lines[0], /"key":"x","value":"2"/);
  assert.match(runProgram({ LIGHTFLUS_INPUT: "lines=-" }, "q q q").lines[0], /"key":"q","value":"3"/);
});

test("a source without an input is an error that says how to give one", () => {
  for (const LIGHTFLUS_INPUT of ["", "other=x.txt", "nonsense"]) {
    const { stderr, status } = runProgram({ LIGHTFLUS_INPUT });
    assert.equal(status, 1);
    assert.match(stderr, /LIGHTFLUS_INPUT='topic=lines\.txt'/);
  }
});

test("runLocal gives what each sink was given, repeated names numbered, and passes failures on", async () => {
  const build = () => {
    const lines = Kafka.builder().topic("t").build().createFlow(ExecutionContext.new("job"));
    const sink = () =>
      Redis.new()
        .keyExtractor((s) => s)
        .valueExtractor((s) => s + "!");
    lines.sink(sink());
    lines
      .filter((s) => s > "a")
      .sink(sink())
      .execute();
  };
  assert.deepEqual(await runLocal(build, { t: ["a", "b"] }), {
    redis: [
      { key: "a", value: "a!" },
      { key: "b", value: "b!" },
    ],
    "redis-2": [{ key: "b", value: "b!" }],
  });
  const failing = () =>
    Kafka.builder()
      .topic("t")
      .build()
      .createFlow(ExecutionContext.new("job"))
      .map(() => {
        throw new Error("mine");
      })
      .sink(Redis.new().keyExtractor(String).valueExtractor(String))
      .execute();
  await assert.rejects(runLocal(failing, { t: [1] }), /mine/);
});

test("records are copied between operators, and text becomes well-formed", async () => {
  const shared = { list: ["\ud800x"], n: 1 };
  let second;
  const build = () =>
    Kafka.builder()
      .topic("t")
      .build()
      .createFlow(ExecutionContext.new("job"))
      .map(() => shared)
      .map((r) => ((second = r), r.list[0]))
      .sink(
        Redis.new()
          .keyExtractor((s) => s)
          .valueExtractor((s) => s),
      )
      .execute();
  const { redis } = await runLocal(build, { t: [0] });
  assert.notEqual(second, shared);
  assert.deepEqual(redis, [{ key: "\ufffdx", value: "\ufffdx" }]);
});

const context = () => ExecutionContext.new("job");

test("a source of messages fills in what the test does not say", async () => {
  const build = () =>
    Kafka.builder().topic("t").buildMessages().createFlow(context()).sink(Kafka.sink().topic("out").valueExtractor((m) => m)).execute();
  const { out } = await runLocal(build, { t: [{ value: "a" }, { key: "k", value: "b", headers: [{ name: "h", value: null }] }] });
  assert.deepEqual(out[0].value, { key: null, timestamp: 0, partition: 0, offset: 0n, topic: "t", headers: [], value: "a" });
  assert.deepEqual(out[1].value, { key: "k", timestamp: 0, partition: 0, offset: 1n, topic: "t", headers: [{ name: "h", value: null }], value: "b" });
  await assert.rejects(runLocal(build, { t: ["a"] }), /a source of messages is given objects with a field 'value'/);
});

test("results go by topic, stream or table, each row with the sink's fields", async () => {
  const build = () => {
    const rows = Connector.source("mqtt", { topic: "a" }).createFlow(context());
    rows.sink(Mysql.new().table("t").columns(["n"])).execute();
    rows.sink(Mysql.new().statement("call f(?)").extractors((s) => s.setNumber(1, (r) => r.n * 2))).execute();
    rows.sink(Redis.new().stream("s")).execute();
    rows.sink(Connector.sink("http", { url: "u" }).keyExtractor((r) => r.k).field("body", (r) => r.n)).execute();
  };
  assert.deepEqual(await runLocal(build, { a: [{ k: "x", n: 1 }] }), {
    t: [{ n: 1 }],
    mysql: [{ 1: 2 }],
    s: [{ k: "x", n: 1 }],
    http: [{ key: "x", body: 1 }],
  });
});

test("what a statement lacks is said under Node, too", async () => {
  const run = (set) =>
    runLocal(() => Connector.source("a").createFlow(context()).sink(Mysql.new().statement("call f(?, ?)").extractors(set)).execute(), {});
  const number = (index) => (s) => s.setNumber(index, () => 1);
  await assert.rejects(run(number(2)), /parameter 1 of the statement is not set: add s\.setString\(1, record => \.\.\.\)/);
  await assert.rejects(run((s) => [1, 2, 3].forEach((i) => number(i)(s))), /has 2 parameters, but number 3 is set/);
  await assert.rejects(run((s) => number(1)(number(1)(s))), /parameter 1 of the statement is set twice/);
  await assert.rejects(run(number(0)), /counted from 1/);
});

test("rows without a key are all printed, 64-bit integers as numbers", () => {
  const file = join(folder, "rows.mjs");
  writeFileSync(
    file,
    `import { ExecutionContext, Kafka, Mysql } from ${JSON.stringify(api)};
await Kafka.builder().topic("lines").build().createFlow(ExecutionContext.new("job")).map((l) => ({ big: BigInt(l), text: "9007199254740993" }))
  .sink(Mysql.new().table("t")).execute();`,
  );
  writeFileSync(join(folder, "big.txt"), "9007199254740993\n9007199254740993\n");
  const { stdout } = spawnSync(process.execPath, [file], { env: { ...process.env, LIGHTFLUS_INPUT: `lines=${join(folder, "big.txt")}` }, encoding: "utf8" });
  const line = '{"sink":"t","big":9007199254740993,"text":"9007199254740993"}\n';
  assert.equal(stdout, line + line);
});
