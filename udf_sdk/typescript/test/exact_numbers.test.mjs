// Numbers become the text that Node gives them, and text the number that is nearest, on every kind of value where algorithms
// differ; `node test/exact_numbers.mjs` compares a million of each kind.
import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, numberModule } from "./exact_numbers.mjs";

test("numbers and their texts are Node's, bit by bit", async () => {
  assert.deepEqual(differences(await numberModule(), 1500, 1), []);
});
