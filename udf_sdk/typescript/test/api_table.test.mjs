// The compiler's table of API methods names only what there is: in src/ for the editor, in assembly/ for the module.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { METHODS, SINKS } from "../.build/compiler/api_table.mjs";
import * as api from "../.build/src/index.mjs";

const assembly = fileURLToPath(new URL("../assembly", import.meta.url));
const sources = readdirSync(assembly).filter((f) => f.endsWith(".ts")).map((f) => readFileSync(`${assembly}/${f}`, "utf8")).join("\n");

const src = fileURLToPath(new URL("../src", import.meta.url));
const interfaces = readFileSync(`${src}/process.ts`, "utf8");

test("every row of the API's table is a method of that class, or of some class", () => {
  const classes = Object.values(api).filter((c) => typeof c === "function" && c.prototype !== undefined);
  const holders = [...classes.map((c) => c.prototype), ...classes];
  for (const key of METHODS.keys()) {
    const [owner, name] = key.split(".");
    if (name === undefined) assert.ok(holders.some((h) => owner in h), key);
    else if (api[owner] === undefined) assert.match(interfaces, new RegExp(`interface ${owner}<[^]*^  ${name}[<(]`, "m"), key);
    else assert.ok(name in api[owner].prototype || name in api[owner], key);
  }
  for (const name of SINKS) assert.equal(typeof api[name], "function", name);
});

test("an operator whose function hands on its rows has the method for that in assembly/", () => {
  for (const { emitting } of METHODS.values()) if (emitting !== undefined) assert.match(sources, new RegExp(`^  ${emitting}<`, "m"));
});
