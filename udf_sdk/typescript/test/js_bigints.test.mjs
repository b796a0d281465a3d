// The bigint helpers of assembly/js: Node's results where 64 bits hold them, an error at the user's place where they do not.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile, readString, writeString } from "./js_harness.mjs";

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;
const VALUES = [
  0n,
  1n,
  -1n,
  2n,
  -2n,
  7n,
  -7n,
  10n,
  63n,
  64n,
  3037000500n,
  4294967296n,
  -4294967297n,
  10n ** 18n,
  HIGHEST,
  HIGHEST - 1n,
  LOWEST,
  LOWEST + 1n,
];
const SMALL = (y) => y <= 70n && y >= -70n;

const OPERATIONS = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  remainder: (x, y) => x % y,
  power: (x, y) => (x === 0n || x === 1n || x === -1n || y < 100n ? x ** y : 2n ** 100n),
  shiftLeft: (x, y) => (SMALL(y) ? x << y : x === 0n ? 0n : y > 0n ? 2n ** 100n : x >> 64n),
  shiftRight: (x, y) => (SMALL(y) ? x >> y : x === 0n ? 0n : y < 0n ? 2n ** 100n : x >> 64n),
};

let run;
before(async () => {
  const body = Object.keys(OPERATIONS).map(
    (name) => `export function ${name}(x: i64, y: i64): i64 { return __js.bigint_${name}(x, y, "t.ts", 3, 5); }`,
  );
  body.push('export function fromText(s: string): i64 { return __js.bigint_from<string>(s, "t.ts", 3, 5); }');
  body.push('export function fromNumber(x: f64): i64 { return __js.bigint_from<f64>(x, "t.ts", 3, 5); }');
  body.push('export function radix(x: i64, r: f64): string { return __js.bigint_toStringRadix(x, r, "t.ts", 3, 5); }');
  body.push(
    "export function newText(n: i32): string { return changetype<string>(__new(<usize>n << 1, idof<string>())); }",
  );
  run = await compile(body.join("\n"));
  run.__mark();
});

for (const [name, js] of Object.entries(OPERATIONS)) {
  test(`bigint ${name} is Node's, or an error when 64 bits are too few`, () => {
    for (const x of VALUES) {
      for (const y of VALUES) {
        if (y === LOWEST && name.startsWith("shift")) continue;
        run.__reset2();
        const expected = resultOf(() => js(x, y));
        if (expected === undefined || expected < LOWEST || expected > HIGHEST)
          assert.throws(() => run[name](x, y), /^Error: t\.ts:3:5: /, `${name}(${x}, ${y})`);
        else assert.equal(run[name](x, y), expected, `${name}(${x}, ${y})`);
      }
    }
  });
}

test("BigInt of text takes whole decimal numbers that fit", () => {
  for (const s of ["0", "-1", "+5", "", " 12 ", String(HIGHEST), String(LOWEST)])
    assert.equal(run.fromText(writeString(run, s)), BigInt(s.replace("+", "")), s);
  for (const s of ["1.5", "x", "-", "1e3", String(HIGHEST + 1n), String(LOWEST - 1n), "99999999999999999999999"])
    assert.throws(() => run.fromText(writeString(run, s)), /t\.ts:3:5/, s);
});

test("BigInt of a number takes whole numbers that fit", () => {
  for (const x of [0, -0, 5, -7, 2 ** 53, -(2 ** 63)]) assert.equal(run.fromNumber(x), BigInt(x));
  for (const x of [0.5, NaN, Infinity, 2 ** 63, 1e300]) assert.throws(() => run.fromNumber(x), /t\.ts:3:5/, String(x));
});

test("bigint toString takes every radix", () => {
  for (const x of VALUES)
    for (const r of [2, 10, 16, 36]) assert.equal(readString(run, run.radix(x, r)), x.toString(r));
  assert.throws(() => run.radix(1n, 1), /radix/);
});

/** The result, undefined where JavaScript throws. */
function resultOf(operation) {
  try {
    return operation();
  } catch {
    return undefined;
  }
}
