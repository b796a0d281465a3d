// Random expressions give the same under Node and as a module. GENERATED=<seed> runs one seed, printing what differs.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { program } from "./generate.mjs";
import { runModule } from "./host.mjs";
import { inputsOf, moduleOf, runPlain } from "./jobs.mjs";
import { random } from "./random.mjs";

const folder = mkdtempSync(join(tmpdir(), "lightflus-generated-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const seeds = process.env.GENERATED ? [Number(process.env.GENERATED)] : [1, 2, 3];

for (const seed of seeds) {
  test(`random expressions of seed ${seed} give the same as under Node`, async () => {
    const file = `${folder}/seed${seed}.ts`;
    writeFileSync(file, program(random(seed), 150));
    const inputs = inputsOf(file);
    const expected = await runPlain(file, inputs);
    const actual = runModule(await moduleOf(file), inputs, {});
    const different = expected.redis.flatMap((e, i) =>
      e.value === actual.redis[i]?.value ? [] : [`${e.key}: ${actual.redis[i]?.value}, JavaScript says ${e.value}`],
    );
    assert.deepEqual(different, []);
  });
}
