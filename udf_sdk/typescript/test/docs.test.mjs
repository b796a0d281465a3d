// docs/typescript.md and the code say the same: error codes, built-in methods.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { CODES } from "../.build/compiler/codes.mjs";

const docs = readFileSync(fileURLToPath(new URL("../../../docs/typescript.md", import.meta.url)), "utf8");
const compiler = fileURLToPath(new URL("../compiler", import.meta.url));

const codesIn = (text) => new Set(text.match(/\bLF\d{3}\b/g));
const sorted = (set) => [...set].sort();

test("every error code of the compiler is in the table of docs/typescript.md, and no other", () => {
  const table = new Set([...docs.matchAll(/^\| (LF\d{3}) \|/gm)].map((m) => m[1]));
  const refused = codesIn(readFileSync(`${compiler}/builtins_refused.ts`, "utf8").replace(/^\/\/.*$/gm, ""));
  assert.deepEqual(sorted(table), sorted(new Set([...Object.keys(CODES), ...refused])));
});

test("no file of the compiler uses a code that is not declared", () => {
  const declared = new Set([
    ...Object.keys(CODES),
    ...codesIn(readFileSync(`${compiler}/builtins_refused.ts`, "utf8")),
  ]);
  for (const name of readdirSync(compiler, { recursive: true })
    .map(String)
    .filter((f) => f.endsWith(".ts"))) {
    for (const code of codesIn(readFileSync(`${compiler}/${name}`, "utf8")) ?? [])
      assert.ok(declared.has(code), `${name}: ${code}`);
  }
});

for (const [family, list] of [
  ["string", "stringMethods"],
  ["array", "arrayMethods"],
  ["Map", "mapMethods"],
  ["Set", "setMethods"],
  ["Date", "dateMethods"],
]) {
  test(`every method of ${family} is in docs/typescript.md`, async () => {
    const tables = {
      ...(await import("../.build/compiler/builtins_text.mjs")),
      ...(await import("../.build/compiler/builtins_collections.mjs")),
      ...(await import("../.build/compiler/builtins_dates.mjs")),
    };
    const start = docs.indexOf(`**${family}** \``);
    const text = docs.slice(start, docs.indexOf("`", docs.indexOf("`", start) + 1));
    const named = new Set(text.match(/[a-zA-Z]+/g));
    for (const name of tables[list].keys()) if (name !== "valueOf") assert.ok(named.has(name), `${family}.${name}`);
  });
}
