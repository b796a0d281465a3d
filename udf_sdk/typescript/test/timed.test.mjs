// Programs of event time give the same under Node and as modules, wherever calls are cut: the same rows, in whatever order.
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { ExecutionContext, Kafka, Redis, Splits, runLocal } from "../.build/src/index.mjs";
import { Instance } from "./instance.mjs";
import { inputsOf, jobsIn, moduleOf, runPlain } from "./jobs.mjs";
import { runTimed } from "./time_host.mjs";

/** Rows as sorted text. */
const sorted = (results) =>
  Object.fromEntries(Object.entries(results).map(([sink, rows]) => [sink, rows.map((r) => JSON.stringify(Object.fromEntries(Object.entries(r).sort()))).sort()]));

for (const file of jobsIn("timed")) {
  test(`${basename(file, ".ts")} gives the same as under Node`, async () => {
    const splits = inputsOf(file);
    const expected = sorted(await runPlain(file, Object.fromEntries(Object.entries(splits).map(([name, lists]) => [name, Splits.of(...lists)]))));
    for (const [sink, rows] of Object.entries(expected)) assert.ok(rows.length > 0, `${sink} gets nothing`);
    const wasm = await moduleOf(file);
    for (const batchRows of [1000, 1, 3]) assert.deepEqual(sorted(runTimed(wasm, splits, { batchRows })), expected, `calls of ${batchRows}`);
  });
}

test("a job without event time has nothing of it", async () => {
  const { exports, graph } = new Instance(await moduleOf(join(fileURLToPath(new URL(".", import.meta.url)), "corpus/wordCount.ts")));
  assert.deepEqual(Object.keys(exports).filter((name) => /merge|finish|process/.test(name)), []);
  assert.equal(graph.abiMinor, undefined);
});

test("under Node a timer without event time is an error that says what to write", async () => {
  const build = () =>
    Kafka.builder().topic("t").build().createFlow(ExecutionContext.new("job")).keyBy((r) => r)
      .process({ state: () => 0, onRecord: (n, r, ctx) => (ctx.setTimer(5), n) })
      .sink(Redis.new().keyExtractor(String).valueExtractor(String)).execute();
  await assert.rejects(runLocal(build, { t: ["a"] }), /write \.withTimestamps\(\(record\) => record\.time\) behind the source/);
});
