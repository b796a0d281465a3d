// The runner under Node: a program run by itself with LIGHTFLUS_INPUT, and runLocal in a test.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Kafka, ExecutionContext, Redis, runLocal } from "../.build/src/index.mjs";

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
