// Math, Number, String, Array and the global functions; constants.
import { helper, number, rest, table, text, value } from "./builtins_table.ts";

const unary = [
  ..."abs acos acosh asin asinh atan atanh cbrt ceil clz32 cos cosh exp expm1 floor".split(" "),
  ..."fround log log10 log1p log2 round sign sin sinh sqrt tan tanh trunc".split(" "),
];

export const mathFunctions = table(
  ...unary.map((name) => [`Math.${name}`, helper(`math_${name}`, [number()])] as const),
  ["Math.atan2", helper("math_atan2", [number(), number()])],
  ["Math.hypot", helper("math_hypot", [rest("number")])],
  ["Math.imul", helper("math_imul", [number(), number()])],
  ["Math.max", helper("math_max", [number("-Infinity"), number("-Infinity")]), helper("math_maxAll", [rest("number")])],
  ["Math.min", helper("math_min", [number("Infinity"), number("Infinity")]), helper("math_minAll", [rest("number")])],
  ["Math.pow", helper("number_power", [number(), number()])],
);

export const numberFunctions = table(
  ["Number.isFinite", helper("number_isFinite", [number()])],
  ["Number.isInteger", helper("number_isInteger", [number()])],
  ["Number.isNaN", helper("number_isNaN", [number()])],
  ["Number.isSafeInteger", helper("number_isSafeInteger", [number()])],
  ["Number.parseFloat", helper("number_parseFloat", [text()])],
  ["Number.parseInt", helper("number_parseInt", [text(), number("0.0")])],
);

export const staticFunctions = table(
  ["Date.UTC", helper("date_UTC", [rest("number")])],
  ["Date.parse", helper("date_parse", [text()])],
  ["Array.of", helper("array_of", [rest("RT")], { types: ["RT"] })],
  ["String.fromCharCode", helper("string_fromCharCode", [rest("number")])],
  ["String.fromCodePoint", helper("string_fromCodePoint", [rest("number")], { position: true })],
);

/** `A` is the type of the argument: string, number, boolean, bigint, an array, or one of them or null. */
export const globalFunctions = table(
  ["BigInt", helper("bigint_from", [value("A")], { types: ["A"], position: true })],
  ["Boolean", helper("truthy", [value("A", '""')], { types: ["A"] })],
  ["Number", helper("number_valueOf", [number("0.0")])],
  ["String", helper("str", [value("A", '""')], { types: ["A"] })],
  ["isFinite", helper("number_isFinite", [number()])],
  ["isNaN", helper("number_isNaN", [number()])],
  ["parseFloat", helper("number_parseFloat", [text()])],
  ["parseInt", helper("number_parseInt", [text(), number("0.0")])],
);

export const constants: ReadonlyMap<string, string> = new Map([
  ["Infinity", "Infinity"],
  ["NaN", "NaN"],
  ["Math.E", "2.718281828459045"],
  ["Math.LN10", "2.302585092994046"],
  ["Math.LN2", "0.6931471805599453"],
  ["Math.LOG10E", "0.4342944819032518"],
  ["Math.LOG2E", "1.4426950408889634"],
  ["Math.PI", "3.141592653589793"],
  ["Math.SQRT1_2", "0.7071067811865476"],
  ["Math.SQRT2", "1.4142135623730951"],
  ["Number.EPSILON", "2.220446049250313e-16"],
  ["Number.MAX_SAFE_INTEGER", "9007199254740991.0"],
  ["Number.MAX_VALUE", "1.7976931348623157e308"],
  ["Number.MIN_SAFE_INTEGER", "(-9007199254740991.0)"],
  ["Number.MIN_VALUE", "5e-324"],
  ["Number.NEGATIVE_INFINITY", "(-Infinity)"],
  ["Number.NaN", "NaN"],
  ["Number.POSITIVE_INFINITY", "Infinity"],
]);
