// The number helpers of assembly/js against Node, on chosen and on random values.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile, readString, writeString } from "./js_harness.mjs";
import { random, randomDouble, randomDecimal } from "./random.mjs";

const AT = `"t.ts", 1, 1`;

/** name -> [what JavaScript says of x and y, the lowered text] */
const BINARY = {
  or: [(x, y) => x | y, "__js.number_or(x, y)"],
  and: [(x, y) => x & y, "__js.number_and(x, y)"],
  xor: [(x, y) => x ^ y, "__js.number_xor(x, y)"],
  not: [(x) => ~x, "__js.number_not(x)"],
  shiftLeft: [(x, y) => x << y, "__js.number_shiftLeft(x, y)"],
  shiftRight: [(x, y) => x >> y, "__js.number_shiftRight(x, y)"],
  shiftRightUnsigned: [(x, y) => x >>> y, "__js.number_shiftRightUnsigned(x, y)"],
  remainder: [(x, y) => x % y, "__js.number_remainder(x, y)"],
  max: [(x, y) => Math.max(x, y), "__js.math_max(x, y)"],
  min: [(x, y) => Math.min(x, y), "__js.math_min(x, y)"],
  round: [(x) => Math.round(x), "__js.math_round(x)"],
  sign: [(x) => Math.sign(x), "__js.math_sign(x)"],
  trunc: [(x) => Math.trunc(x), "__js.math_trunc(x)"],
  ceil: [(x) => Math.ceil(x), "__js.math_ceil(x)"],
  floor: [(x) => Math.floor(x), "__js.math_floor(x)"],
  abs: [(x) => Math.abs(x), "__js.math_abs(x)"],
  sqrt: [(x) => Math.sqrt(x), "__js.math_sqrt(x)"],
  fround: [(x) => Math.fround(x), "__js.math_fround(x)"],
  clz32: [(x) => Math.clz32(x), "__js.math_clz32(x)"],
  imul: [(x, y) => Math.imul(x, y), "__js.math_imul(x, y)"],
  isInteger: [(x) => Number(Number.isInteger(x)), "<f64>__js.number_isInteger(x)"],
  isSafe: [(x) => Number(Number.isSafeInteger(x)), "<f64>__js.number_isSafeInteger(x)"],
  isFinite: [(x) => Number(Number.isFinite(x)), "<f64>__js.number_isFinite(x)"],
  truthy: [(x) => Number(!!x), "<f64>__js.truthy<f64>(x)"],
};

/** name -> [JavaScript, lowered text of a string result] */
const TO_TEXT = {
  toString: [(x) => String(x), "__js.str<f64>(x)"],
  toFixed0: [(x) => x.toFixed(0), `__js.number_toFixed(x, 0, ${AT})`],
  toFixed1: [(x) => x.toFixed(1), `__js.number_toFixed(x, 1, ${AT})`],
  toFixed2: [(x) => x.toFixed(2), `__js.number_toFixed(x, 2, ${AT})`],
  toFixed10: [(x) => x.toFixed(10), `__js.number_toFixed(x, 10, ${AT})`],
  toFixed20: [(x) => x.toFixed(20), `__js.number_toFixed(x, 20, ${AT})`],
  toFixed100: [(x) => x.toFixed(100), `__js.number_toFixed(x, 100, ${AT})`],
  toPrecision1: [(x) => x.toPrecision(1), `__js.number_toPrecision(x, 1, ${AT})`],
  toPrecision3: [(x) => x.toPrecision(3), `__js.number_toPrecision(x, 3, ${AT})`],
  toPrecision17: [(x) => x.toPrecision(17), `__js.number_toPrecision(x, 17, ${AT})`],
  toPrecision100: [(x) => x.toPrecision(100), `__js.number_toPrecision(x, 100, ${AT})`],
  toExponential: [(x) => x.toExponential(), "__js.number_toExponentialShortest(x)"],
  toExponential0: [(x) => x.toExponential(0), `__js.number_toExponential(x, 0, ${AT})`],
  toExponential5: [(x) => x.toExponential(5), `__js.number_toExponential(x, 5, ${AT})`],
  toExponential100: [(x) => x.toExponential(100), `__js.number_toExponential(x, 100, ${AT})`],
  radix2: [(x) => x.toString(2), `__js.number_toStringRadix(x, 2, ${AT})`],
  radix16: [(x) => x.toString(16), `__js.number_toStringRadix(x, 16, ${AT})`],
  radix36: [(x) => x.toString(36), `__js.number_toStringRadix(x, 36, ${AT})`],
};

/** name -> [JavaScript, lowered text of a number result] */
const FROM_TEXT = {
  Number: [(s) => Number(s), "__js.number_fromText(s)"],
  parseFloat: [(s) => parseFloat(s), "__js.number_parseFloat(s)"],
  parseInt: [(s) => parseInt(s), "__js.number_parseInt(s, 0)"],
  parseInt10: [(s) => parseInt(s, 10), "__js.number_parseInt(s, 10)"],
  parseInt16: [(s) => parseInt(s, 16), "__js.number_parseInt(s, 16)"],
  parseInt36: [(s) => parseInt(s, 36), "__js.number_parseInt(s, 36)"],
  parseInt1: [(s) => parseInt(s, 1), "__js.number_parseInt(s, 1)"],
};

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -1.5,
  -2.5,
  0.1,
  0.2,
  0.1 + 0.2,
  7 / 3,
  1 / 3,
  100,
  255,
  1e6,
  1e21,
  1e20,
  123456789012345680000,
  1.5e-7,
  1e-6,
  1e-7,
  5e-324,
  2.2250738585072014e-308,
  1.7976931348623157e308,
  Infinity,
  -Infinity,
  NaN,
  2147483647,
  2147483648,
  -2147483648,
  -2147483649,
  4294967295,
  4294967296,
  4294967297.5,
  -4294967295.5,
  9007199254740991,
  9007199254740992,
  9007199254740993,
  -9007199254740993,
  1.005,
  1.45,
  8.345,
  0.000001,
  1234.5678,
  10.235,
  1e300,
  3,
  5,
  31,
  32,
  33,
  0.49999999999999994,
  4503599627370495.5,
  4503599627370496.5,
  123.456,
  1e-10,
  25,
  0.615,
  1.255,
];
const TEXTS = [
  "",
  " ",
  "0",
  "-0",
  "+1",
  "12",
  " 12 ",
  "12x",
  "x12",
  "1e3",
  "1E-3",
  "1e",
  "1e+",
  ".5",
  "5.",
  ".",
  "-",
  "+",
  "-.5",
  "1.2.3",
  "0x1F",
  "0b101",
  "0o17",
  "-0x1F",
  "0x",
  "0xg",
  "Infinity",
  "-Infinity",
  "+Infinity",
  "infinity",
  "Infinityx",
  "NaN",
  "1_000",
  "1,5",
  "\t\n12\r\n",
  "\u00a012\ufeff",
  "\u200b12",
  "0.1",
  "0.30000000000000004",
  "9007199254740993",
  "9007199254740992.5",
  "179769313486231580793728971405301e277",
  "1.7976931348623159e308",
  "1.7976931348623157e308",
  "4.9e-324",
  "2.4703282292062327e-324",
  "2.4703282292062328e-324",
  "1e400",
  "1e-400",
  "1e99999999999",
  "0e99999999999",
  "123456789012345678901234567890",
  "0.000000000000000000000000000001",
  "5e-324",
  "2.2250738585072011e-308",
  "100000000000000000000000",
  "8.5",
  "123abc",
  "zz",
  "ff",
  "00012",
  "1e23",
  "8.41e21",
  "9.5e-3",
  "0." + "0".repeat(400) + "1e401",
  "1" + "0".repeat(400) + "e-400",
  "9007199254740992" + ".".padEnd(900, "0") + "1",
  "٣",
  "１２",
];

let run;
before(async () => {
  const functions = [];
  for (const [name, [, text]] of Object.entries(BINARY))
    functions.push(`export function b_${name}(x: f64, y: f64): f64 { return ${text}; }`);
  for (const [name, [, text]] of Object.entries(TO_TEXT))
    functions.push(`export function t_${name}(x: f64): string { return ${text}; }`);
  for (const [name, [, text]] of Object.entries(FROM_TEXT))
    functions.push(`export function f_${name}(s: string): f64 { return ${text}; }`);
  functions.push(
    "export function newText(n: i32): string { return changetype<string>(__new(<usize>n << 1, idof<string>())); }",
  );
  run = await compile(functions.join("\n"));
  run.__mark();
});

for (const [name, [js]] of Object.entries(BINARY)) {
  test(`number ${name} is Node's`, () => {
    const next = random(7);
    const values = [...NUMBERS, ...Array.from({ length: 60 }, () => randomDouble(next))];
    for (const x of values) for (const y of values) same(run[`b_${name}`](x, y), js(x, y), `${name}(${x}, ${y})`);
  });
}

for (const [name, [js]] of Object.entries(TO_TEXT)) {
  test(`number ${name} gives Node's text`, () => {
    const next = random(11);
    const values = [
      ...NUMBERS,
      ...Array.from({ length: 3000 }, () => randomDouble(next)),
      ...Array.from({ length: 3000 }, () => Number(randomDecimal(next))),
    ];
    for (const x of values) {
      run.__reset2();
      assert.equal(readString(run, run[`t_${name}`](x)), js(x), `${name}(${x})`);
    }
  });
}

for (const [name, [js]] of Object.entries(FROM_TEXT)) {
  test(`${name} of text is Node's`, () => {
    const next = random(13);
    const texts = [
      ...TEXTS,
      ...Array.from({ length: 3000 }, () => String(randomDouble(next))),
      ...Array.from({ length: 3000 }, () => randomDecimal(next)),
    ];
    for (const s of texts) {
      // beyond 2^53 parseInt of radix 16 and 36 may differ in the last bit (docs/typescript.md)
      if (/16|36/.test(name) && Math.abs(js(s)) > Number.MAX_SAFE_INTEGER) continue;
      run.__reset2();
      same(run[`f_${name}`](writeString(run, s)), js(s), `${name}("${s.slice(0, 60)}")`);
    }
  });
}

/** The same number, -0 and NaN told apart. */
function same(actual, expected, what) {
  assert.ok(
    Object.is(actual, expected),
    `${what}: got ${Object.is(actual, -0) ? "-0" : actual}, JavaScript says ${Object.is(expected, -0) ? "-0" : expected}`,
  );
}
