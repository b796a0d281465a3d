// Every type both ways through linear memory: what goes in as an Arrow batch comes out as the same values.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { compileLowered } from "./compile_lowered.mjs";
import { Instance } from "./instance.mjs";

const FUNCTIONS = {
  same: 0, repeat: 1, flag: 2, point: 3, merge: 4, emptyToNull: 5, maybeText: 6, number: 7, sum: 8,
  split: 9, list: 10, toPoint: 11, maybePoint: 12, unit: 13, reader: 14, key: 15,
};

let module;
before(async () => {
  module = new WebAssembly.Module(await compileLowered("types"));
});

/** A seeded source of whole numbers below n. */
function dice(seed) {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const ALPHABET = ["a", "Z", " ", "0", "é", "ß", "日", "本", "😀", "\u{10ffff}", "\u0000", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff"];

function randomText(roll) {
  const letters = roll(2) ? ALPHABET : ALPHABET.slice(0, 4);
  return Array.from({ length: roll(30) }, () => letters[roll(letters.length)]).join("");
}

function randomRow(roll) {
  const text = () => randomText(roll);
  const many = (make) => Array.from({ length: roll(4) }, make);
  const maybe = (make) => (roll(3) ? make() : null);
  const point = () => ({ x: roll(100) / 8, label: maybe(text) });
  return {
    number: [0, -0, 1.5, NaN, Infinity, 1e300, -7][roll(7)], flag: roll(2) === 1, big: BigInt(roll(1e6)) ** 3n - 5n, text: text(), maybe: maybe(text),
    point: point(), maybePoint: maybe(point), numbers: many(() => roll(9) - 4), texts: many(() => maybe(text)),
    points: many(point), maybeFlags: maybe(() => many(() => roll(2) === 1)), nested: many(() => many(text)),
    small: roll(256) - 128, medium: roll(65536), whole: roll(2 ** 32) - 2 ** 31, natural: BigInt(roll(2 ** 32)) << 32n, single: roll(64) / 4,
    maybeNumber: maybe(() => roll(9) / 2), maybeFlag: maybe(() => roll(2) === 1), maybeBigs: many(() => maybe(() => BigInt(roll(99)))),
  };
}

const randomRows = (seed, n) => Array.from({ length: n }, ((roll) => () => randomRow(roll))(dice(seed)));

describe("values", () => {
  for (const n of [0, 1, 7, 8, 9, 64, 65, 1000]) {
    test(`a batch of ${n} rows of every type comes back as it went in`, () => {
      const instance = new Instance(module);
      const rows = randomRows(n + 1, n);
      assert.deepEqual(instance.readOutput(FUNCTIONS.same, instance.apply(FUNCTIONS.same, rows)), rows);
    });
  }

  test("columns keep their values where one field is null in every row", () => {
    const instance = new Instance(module);
    const rows = randomRows(3, 100).map((r) => ({ ...r, maybe: null, maybePoint: null, maybeFlags: null }));
    assert.deepEqual(instance.readOutput(FUNCTIONS.same, instance.apply(FUNCTIONS.same, rows)), rows);
  });

  test("a null first appears after the column has grown", () => {
    const instance = new Instance(module);
    const rows = randomRows(4, 300).map((r, i) => ({ ...r, maybe: i === 250 ? null : "x", numbers: [1, 2, 3] }));
    const out = instance.readOutput(FUNCTIONS.repeat, instance.apply(FUNCTIONS.repeat, rows));
    assert.deepEqual(out, rows.map((r) => [r, r, r]));
  });

  test("text of any length and script comes back", () => {
    const instance = new Instance(module);
    const roll = dice(11);
    const rows = Array.from({ length: 2000 }, () => ({ value: `x${randomText(roll)}` }));
    rows.push({ value: "é".repeat(100_000) }, { value: "a".repeat(1_000_003) }, { value: `${"a".repeat(99)}😀` });
    assert.deepEqual(instance.readOutput(FUNCTIONS.maybeText, instance.apply(FUNCTIONS.maybeText, rows)), rows);
  });

  test("a value that is null is a row of its own", () => {
    const instance = new Instance(module);
    const rows = [{ value: "a" }, { value: null }, { value: "" }];
    assert.deepEqual(instance.readOutput(FUNCTIONS.maybeText, instance.apply(FUNCTIONS.maybeText, rows)), rows);
    const points = [{ value: null }, { value: { x: 1, label: null } }, { value: null }];
    assert.deepEqual(instance.readOutput(FUNCTIONS.maybePoint, instance.apply(FUNCTIONS.maybePoint, points)), points);
  });

  test("lists are records too", () => {
    const instance = new Instance(module);
    const out = instance.readOutput(FUNCTIONS.split, instance.apply(FUNCTIONS.split, [{ value: "a,b" }, { value: "" }]));
    assert.deepEqual(out, [{ value: ["a", "b"] }, { value: [""] }]);
  });

  test("a lone surrogate is written as U+FFFD", () => {
    const instance = new Instance(module);
    const rows = [0xd800, 0xdfff, 0x61].map((value) => ({ value }));
    const out = instance.readOutput(FUNCTIONS.unit, instance.apply(FUNCTIONS.unit, rows));
    assert.deepEqual(out, [{ value: "\ufffd" }, { value: "\ufffd" }, { value: "a" }]);
  });
});

describe("calls", () => {
  test("a filter answers one bit per row", () => {
    const instance = new Instance(module);
    const rows = randomRows(5, 77);
    assert.deepEqual(instance.readOutput(FUNCTIONS.flag, instance.apply(FUNCTIONS.flag, rows)), rows.map((r) => r.flag));
  });

  test("a flatMap's offsets say which row made which item", () => {
    const instance = new Instance(module);
    const rows = randomRows(6, 50);
    const at = instance.apply(FUNCTIONS.repeat, rows);
    assert.deepEqual(instance.readOutput(FUNCTIONS.repeat, at), rows.map((r) => r.numbers.map(() => r)));
    const { buffers, children } = instance.arrays.header(at);
    const view = instance.arrays.view();
    assert.equal(view.getInt32(buffers[1], true), 0);
    assert.equal(instance.arrays.header(children[0]).length, view.getInt32(buffers[1] + 4 * rows.length, true));
  });

  test("a selection picks the rows of a call", () => {
    const instance = new Instance(module);
    const rows = randomRows(7, 20);
    const selection = [3, 3, 19, 0];
    const out = instance.readOutput(FUNCTIONS.same, instance.apply(FUNCTIONS.same, rows, { selection }));
    assert.deepEqual(out, selection.map((i) => rows[i]));
  });

  test("a result is the input of the next call of the chain", () => {
    const instance = new Instance(module);
    const rows = randomRows(8, 300);
    const first = instance.apply(FUNCTIONS.same, rows);
    const child = instance.arrays.header(instance.applyAt(FUNCTIONS.repeat, first, 300)).children[0];
    const items = rows.flatMap((r) => r.numbers.map(() => r));
    const second = instance.applyAt(FUNCTIONS.flag, child, items.length);
    assert.deepEqual(instance.readOutput(FUNCTIONS.flag, second), items.map((r) => r.flag));
    assert.deepEqual(instance.readOutput(FUNCTIONS.same, first), rows);
  });

  test("a function that reads some columns gets just those, in its order", () => {
    const instance = new Instance(module);
    const rows = [{ points: [{ x: 1, label: null }], number: 4 }, { points: [], number: 5 }];
    assert.deepEqual(instance.readOutput(FUNCTIONS.reader, instance.apply(FUNCTIONS.reader, rows)), [{ value: 5 }, { value: 5 }]);
    const keys = instance.readOutput(FUNCTIONS.key, instance.apply(FUNCTIONS.key, [{}, {}]));
    assert.deepEqual(keys, [{ value: "k" }, { value: "k" }]);
  });

  test("chains leave nothing behind: memory does not grow with their number", () => {
    const instance = new Instance(module);
    const rows = randomRows(9, 200);
    const run = () => {
      instance.reset();
      instance.apply(FUNCTIONS.repeat, rows);
    };
    run();
    run();
    const pages = instance.exports.memory.buffer.byteLength;
    for (let i = 0; i < 200; i++) run();
    assert.equal(instance.exports.memory.buffer.byteLength, pages);
  });
});

describe("folds", () => {
  test("the first row of a group becomes its state, later ones are folded in, in order", () => {
    const instance = new Instance(module);
    const rows = randomRows(10, 4).map((r, i) => ({ ...r, number: 2 ** i, text: "abcd"[i] }));
    const { states, output } = instance.fold(FUNCTIONS.merge, rows, [0, 1, 0, 0], [null, null], true);
    const first = { ...rows[0], number: 1 + 4, text: "ac", maybePoint: rows[2].maybePoint };
    const second = { ...rows[0], number: 1 + 4 + 8, text: "acd", maybePoint: rows[3].maybePoint };
    assert.deepEqual(output, [rows[0], rows[1], first, second]);
    assert.deepEqual(states, [second, rows[1]]);
  });

  test("a known state is folded on; a group without rows keeps its state; output comes only if wanted", () => {
    const instance = new Instance(module);
    const [known, idle, row] = randomRows(12, 3).map((r, i) => ({ ...r, number: i }));
    const { states, output } = instance.fold(FUNCTIONS.merge, [row], [1], [idle, known], false);
    assert.equal(output, null);
    assert.deepEqual(states, [idle, { ...known, number: 2, text: known.text + row.text, maybePoint: row.maybePoint }]);
  });

  test("plain numbers are states too", () => {
    const instance = new Instance(module);
    const rows = [1, 2, 3, 4].map((value) => ({ value }));
    const { states, output } = instance.fold(FUNCTIONS.sum, rows, [0, 1, 0, 1], [{ value: 10 }, null], true);
    assert.deepEqual(states, [{ value: 14 }, { value: 6 }]);
    assert.deepEqual(output.map((r) => r.value), [11, 2, 14, 6]);
  });
});

describe("the graph", () => {
  test("is the same in every instance and at every asking", () => {
    const [one, two] = [new Instance(module), new Instance(module)];
    assert.equal(one.describe(), two.describe());
    assert.equal(one.describe(), one.describe());
  });

  test("says what the program said", () => {
    const { graph } = new Instance(module);
    const reader = graph.functions[FUNCTIONS.reader];
    assert.deepEqual(reader.reads, { names: ["points", "number"] });
    assert.equal(reader.name, "reader");
    assert.deepEqual(reader.position, { file: "types.ts", line: 27, column: 9 });
    const sink = graph.operators.find((o) => o.sink);
    assert.equal(sink.name, "out");
    assert.deepEqual(sink.sink.connector, { kind: "redis", options: { host: "h", port: "7000" } });
    assert.deepEqual(graph.operators.find((o) => o.keyBy?.keyType.scalar === "FLOAT64").keyBy.key, { field: { names: [] } });
  });
});
