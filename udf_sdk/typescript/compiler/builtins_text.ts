// Methods of strings, numbers, bigints and booleans.
import { helper, number, rest, table, text } from "./builtins_table.ts";

const failing = { position: true };

export const stringMethods = table(
  ["at", helper("string_at", [number("0.0")], { optional: true })],
  ["charAt", helper("string_charAt", [number("0.0")])],
  ["charCodeAt", helper("string_charCodeAt", [number("0.0")])],
  ["codePointAt", helper("string_codePointAt", [number("0.0")], { optional: true })],
  ["concat", helper("string_concat", [rest("string")])],
  ["endsWith", helper("string_endsWith", [text(), number("Infinity")])],
  ["includes", helper("string_includes", [text(), number("0.0")])],
  ["indexOf", helper("string_indexOf", [text(), number("0.0")])],
  ["lastIndexOf", helper("string_lastIndexOf", [text(), number("Infinity")])],
  ["padEnd", helper("string_padEnd", [number(), text('" "')])],
  ["padStart", helper("string_padStart", [number(), text('" "')])],
  ["repeat", helper("string_repeat", [number()], failing)],
  ["replace", helper("string_replace", [text(), text()])],
  ["replaceAll", helper("string_replaceAll", [text(), text()])],
  ["slice", helper("string_slice", [number("0.0"), number("Infinity")])],
  ["split", helper("string_split", [text()]), helper("string_splitLimit", [text(), number()])],
  ["startsWith", helper("string_startsWith", [text(), number("0.0")])],
  ["substr", helper("string_substr", [number(), number("Infinity")])],
  ["substring", helper("string_substring", [number(), number("Infinity")])],
  ["toLowerCase", helper("string_toLowerCase")],
  ["toString", helper("string_toString")],
  ["toUpperCase", helper("string_toUpperCase")],
  ["trim", helper("string_trim")],
  ["trimEnd", helper("string_trimEnd")],
  ["trimStart", helper("string_trimStart")],
  ["valueOf", helper("string_toString")],
);

export const numberMethods = table(
  [
    "toExponential",
    helper("number_toExponentialShortest"),
    helper("number_toExponential", [number()], failing),
  ],
  ["toFixed", helper("number_toFixed", [number("0.0")], failing)],
  ["toPrecision", helper("number_toString"), helper("number_toPrecision", [number()], failing)],
  ["toString", helper("number_toString"), helper("number_toStringRadix", [number()], failing)],
  ["valueOf", helper("number_valueOf")],
);

export const bigintMethods = table(
  ["toString", helper("bigint_toString"), helper("bigint_toStringRadix", [number()], failing)],
  ["valueOf", helper("bigint_valueOf")],
);

export const booleanMethods = table(["toString", helper("boolean_toString")], ["valueOf", helper("boolean_valueOf")]);
