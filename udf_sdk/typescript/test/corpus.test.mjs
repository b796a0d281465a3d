// Every job of test/corpus gives the same under Node and as a module, wherever batches are cut.
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { test } from "node:test";
import { inputsOf, jobsIn, moduleOf, runPlain } from "./jobs.mjs";
import { runModule } from "./host.mjs";

const only = process.env.CORPUS?.split(",");
const nameOf = (file) => (basename(file) === "main.ts" ? basename(dirname(file)) : basename(file, ".ts"));

/** As JSON, which shows the order of keys; null and undefined are one thing. */
const asText = (written) => JSON.stringify(written, (_name, v) => (typeof v === "bigint" ? `${v}n` : v === undefined ? null : v));

for (const file of jobsIn("corpus").filter((f) => !only || only.includes(nameOf(f)))) {
  test(`${nameOf(file)} gives the same as under Node`, async () => {
    const inputs = inputsOf(file);
    const expected = await runPlain(file, inputs);
    assert.ok(
      Object.values(expected).some((written) => written.length > 0),
      "the job writes nothing",
    );
    const wasm = await moduleOf(file);
    for (const batchRows of [1000, 1, 7]) {
      const actual = runModule(wasm, inputs, { batchRows });
      assert.deepEqual(actual, expected, `batches of ${batchRows}`);
      assert.equal(asText(actual), asText(expected), `the order of keys, batches of ${batchRows}`);
    }
  });
}
