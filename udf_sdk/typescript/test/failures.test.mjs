// A record that fails is reported at the user's line, with words that say what to do; JavaScript would go on with undefined
// in most of these cases, or throw.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runModule } from "./host.mjs";
import { moduleOf } from "./jobs.mjs";

const file = fileURLToPath(new URL("./failures/failures.ts", import.meta.url));
const lines = readFileSync(file, "utf8").split("\n");
const cases = lines.flatMap((line, i) => (/ \/\/ (\w+)$/.test(line) ? [[line.match(/ \/\/ (\w+)$/)[1], i + 1]] : []));

const SAYS = {
  element: /index 3 is outside of the array, which has 3 elements/,
  fraction: /index 0\.5 is outside of the array/,
  unit: /index 99 is outside of the string, which has 4 units/,
  write: /cannot write element 5 of an array that has 3 elements/,
  get: /get\(b\) gave undefined/,
  find: /find gave undefined/,
  pop: /pop of an empty array gave undefined/,
  missing: /null or undefined/,
  key: /there is nothing under 'zz': ask for it/,
  group: /group 1 of the match took no part/,
  json: /JSON\.parse: a number is wanted, this is '}', at unit 10/,
  jsonField: /JSON\.parse: the field 'a' is missing/,
  jsonType: /JSON\.parse: text is wanted, this is '1'/,
  unset: /the field 'n' is read before it has a value/,
  started: /'x' is used before the line that declares it has run/,
  throw: /thrown on throw/,
  bigint: /9223372036854775807 \+ 1 does not fit in 64 bits/,
  division: /division of a bigint by zero/,
  repeat: /repeat\(-1\) is not possible/,
  digits: /toFixed\(101\) is not possible/,
  radix: /toString\(40\) is not possible/,
  reduce: /reduce of an empty array/,
  nested: /index 3 is outside of the array/,
};

let wasm;
before(async () => {
  wasm = await moduleOf(file);
});

for (const [name, line] of cases) {
  test(`${name}: reported at its line with a way out`, () => {
    const error = failureOf(() => runModule(wasm, { topic: ["fine", name] }));
    assert.match(error.message, SAYS[name]);
    assert.equal(error.file, "failures.ts");
    assert.equal(error.line, line);
  });
}

test("a record that does not fail passes", () => {
  assert.deepEqual(runModule(wasm, { topic: ["fine"] }), { redis: [{ key: "fine", value: "fine" }] });
});

function failureOf(operation) {
  try {
    operation();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing failed");
}
