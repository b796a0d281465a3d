// Programs of event time give the same under Node and as modules, wherever calls are cut: the same rows, in whatever order.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { Splits } from "../.build/src/index.mjs";
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
