// Pages and the code say the same: error codes with their ways out, built-in methods, programs that compile.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { CODES } from "../.build/compiler/codes.mjs";
import { format } from "../.build/compiler/diagnostics.mjs";
import { HINTS } from "./hints.mjs";
import { compileJob } from "./jobs.mjs";

const docs = readFileSync(fileURLToPath(new URL("../../../docs/typescript.md", import.meta.url)), "utf8");
const compiler = fileURLToPath(new URL("../compiler", import.meta.url));

const codesIn = (text) => new Set(text.match(/\bLF\d{3}\b/g));
const sorted = (set) => [...set].sort();

test("every error code of the compiler is in the table of docs/typescript.md, and no other", () => {
  const table = new Set([...docs.matchAll(/^\| (LF\d{3}) \|/gm)].map((m) => m[1]));
  const refused = codesIn(readFileSync(`${compiler}/builtins_refused.ts`, "utf8").replace(/^\/\/.*$/gm, ""));
  assert.deepEqual(sorted(table), sorted(new Set([...Object.keys(CODES), ...refused])));
});

test("each way out in that table is one that the compiler offers, and so one that is taken in test/corpus/advice", () => {
  const cells = [...docs.matchAll(/^\| (LF\d{3}) \|.*[^\\\n]\| (.*) \|$/gm)].map((m) => [m[1], m[2].replaceAll("`", "").replaceAll("\\|", "|")]);
  assert.ok(cells.length > 50);
  const general = (code) => (CODES[code].hint.includes("docs/typescript.md") ? 'see "What works"' : CODES[code].hint);
  const isOffered = (code, way) => (code in CODES ? general(code) === way : code === "LF401" || way.split("; or ").every((part) => HINTS.includes(part)));
  assert.deepEqual(cells.filter(([code, way]) => !isOffered(code, way)), []);
});

const folder = mkdtempSync(join(tmpdir(), "lightflus-pages-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What a snippet leaves out: its imports, and the types of its neighbours on the page. */
const whole = (snippet) => (snippet.includes("import ") ? snippet : `import { Connector, ExecutionContext, Mysql, MysqlConnectionOptionsBuilder, Secret } from "lightflus-api";
interface Person { id: number; name: string }
${snippet}
`);

for (const page of ["README.md", "docs/typescript.md", "docs/formats.md"]) {
  const text = readFileSync(fileURLToPath(new URL(`../../../${page}`, import.meta.url)), "utf8");
  const snippets = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((m) => m[1]).filter((snippet) => !snippet.includes("runLocal"));
  test(`the programs of ${page} compile`, async () => {
    assert.ok(snippets.length);
    for (const [i, snippet] of snippets.entries()) {
      const file = join(folder, `${page.replace(/\W/g, "")}${i}.ts`);
      writeFileSync(file, whole(snippet));
      const { diagnostics } = await compileJob(file, { checkOnly: true });
      assert.deepEqual(diagnostics.filter((d) => !/never (executed|used)/.test(d.message)).map(format), []);
    }
  });
}

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
