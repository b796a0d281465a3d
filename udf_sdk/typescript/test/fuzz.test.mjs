// Generated programs with classes, closures, collections and values that may be missing give the same under Node and as a module;
// `npm run fuzz -- --seeds 2000` tries thousands. FUZZ=<seed> runs one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "./fuzz/compare.mjs";
import { programOf } from "./fuzz/program.mjs";

for (const seed of process.env.FUZZ ? [Number(process.env.FUZZ)] : [1, 2, 3, 4, 5]) {
  test(`the generated program of seed ${seed} gives the same as under Node`, async () => {
    const { kind, said } = await compare(programOf(seed));
    assert.equal(kind, "same", said);
  });
}
