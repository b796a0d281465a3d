// The published word count, lowered by hand: the whole program on the library alone, and that batches can be cut anywhere.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { compileLowered } from "./compile_lowered.mjs";
import { runModule } from "./host.mjs";
import { Instance } from "./instance.mjs";

let module;
before(async () => {
  module = new WebAssembly.Module(await compileLowered("wordCount"));
});

const LINES = ["hello hello hello world world world", "", "héllo x😀y 日本 hello", "a".repeat(5000), " two  spaces "];

/** The updates that the program's text means. */
function expected(lines) {
  const counts = new Map();
  return lines.flatMap((line) =>
    line.split(" ").map((key) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return { key, value: String(counts.get(key)) };
    }),
  );
}

for (const batchRows of [1, 2, 7, 1000]) {
  test(`counts words in batches of ${batchRows}`, () => {
    const lines = [...LINES, ...LINES];
    assert.deepEqual(runModule(module, { topic: lines }, { batchRows }), { redis: expected(lines) });
  });
}

test("one line of ten million bytes is a record like another", () => {
  const line = "alpha beta ".repeat(909_090);
  const instance = new Instance(module);
  const output = instance.apply(0, [{ value: line }]);
  const { children } = instance.arrays.header(output);
  assert.equal(instance.arrays.header(children[0]).length, 2 * 909_090 + 1);
  assert.ok(instance.exports.memory.buffer.byteLength < 300 << 20);
});

test("the plain field of a key needs no function", () => {
  const { graph } = new Instance(module);
  assert.deepEqual(graph.operators.find((o) => o.keyBy).keyBy.key, { field: { names: ["t1"] } });
  assert.deepEqual(graph.functions.map((f) => f.kind), ["FUNCTION_KIND_FLAT_MAP", "FUNCTION_KIND_REDUCE", "FUNCTION_KIND_FIELD"]);
});

test("the graph names this version of the SDK", () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  assert.deepEqual(new Instance(module).graph.sdk, { language: "typescript", version });
});
