// The table of built-ins and the library agree: every helper that a row names exists, and every way out has words.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { globalFunction, method, property, refused, staticMethod } from "../.build/compiler/builtins.mjs";
import * as collections from "../.build/compiler/builtins_collections.mjs";
import * as dates from "../.build/compiler/builtins_dates.mjs";
import * as globals from "../.build/compiler/builtins_globals.mjs";
import * as text from "../.build/compiler/builtins_text.mjs";

const library = fileURLToPath(new URL("../assembly/js", import.meta.url));
const sources = readdirSync(library)
  .map((f) => readFileSync(`${library}/${f}`, "utf8"))
  .join("\n");
const exported = new Set([...sources.matchAll(/^export function (\w+)/gm)].map((m) => m[1]));
const tables = Object.values({ ...collections, ...dates, ...globals, ...text }).filter(
  (t) => t instanceof Map && typeof [...t.values()][0] !== "string",
);
const rows = tables.flatMap((t) => [...t]).flatMap(([name, variants]) => variants.map((v) => [name, v]));
const one = { count: 1, spread: false };

test("every helper in the table exists in the library, with its three forms where the result may be undefined", () => {
  assert.ok(rows.length > 120);
  for (const [name, { helper, optional, typeArguments }] of rows) {
    const scalar = optional && typeArguments.length === 0 && helper === "string_codePointAt";
    const wanted = optional ? [`${helper}Ok`, `${helper}OrFail`, ...(scalar ? [] : [helper])] : [helper];
    for (const w of wanted) assert.ok(exported.has(w), `${name}: ${w}`);
  }
});

test("only the last parameter takes the rest, and required ones come first", () => {
  for (const [name, { parameters }] of rows) {
    const optionalFrom = parameters.findIndex((p) => p.kind === "value" && p.fallback !== undefined);
    parameters.forEach((p, i) => {
      if (p.kind === "rest" || p.kind === "concat") assert.equal(i, parameters.length - 1, name);
      if (p.kind === "value" && p.fallback === undefined && optionalFrom >= 0) assert.ok(i < optionalFrom, name);
    });
  }
});

test("the variant goes by the number of arguments and by a spread one", () => {
  const helper = (answer) => answer.builtin.helper;
  assert.equal(helper(method("array", "push", one)), "array_push");
  assert.equal(helper(method("array", "push", { count: 3, spread: false })), "array_pushAll");
  assert.equal(helper(method("array", "push", { count: 1, spread: true })), "array_pushAll");
  assert.equal(helper(method("array", "sort", { count: 0, spread: false })), "array_sortText");
  assert.equal(helper(staticMethod("Math", "max", { count: 2, spread: false })), "math_max");
  assert.equal(helper(staticMethod("Math", "max", { count: 1, spread: true })), "math_maxAll");
  assert.equal(helper(globalFunction("parseInt", one)), "number_parseInt");
  assert.equal(property("map", "size").helper, "map_size");
});

test("what is not there is refused with a code and a way out", () => {
  const answers = [
    method("string", "match", one),
    method("array", "toSpliced", one),
    method("array", "nonsense", one),
    staticMethod("Math", "random", one),
    staticMethod("Object", "keys", one),
    globalFunction("setTimeout", one),
  ];
  for (const { refusal } of [...answers, { refusal: refused("Date") }, { refusal: refused("somethingElse") }]) {
    assert.match(refusal.code, /^LF4\d\d$/);
    assert.ok(refusal.message.length > 10 && refusal.hint.length > 5, refusal.message);
  }
});
