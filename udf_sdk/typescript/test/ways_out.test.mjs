// What the compiler advises instead of a regular expression compiles, and means the same: compared with the expression itself under
// Node on random lines.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HINTS } from "./hints.mjs";
import { runModule } from "./host.mjs";
import { compileJob, moduleOf } from "./jobs.mjs";
import { pick, random } from "./random.mjs";

const folder = mkdtempSync(join(tmpdir(), "lightflus-ways-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const CLASSES = ["[?#]", "\\s", "\\d", "\\w", "\\W", "\\S", "\\D", "[^a-z]", "[a-zA-Z]", "[^\\w']", "[,;]", "[é😀]", "[-.]", "[\\s,]"];
const TEXTS = [",", "ab", "\\.", "\\?", "a-b", "\\t", "\"", "'", "\\\\", "\\n"];
const EXPRESSIONS = [
  ...[...CLASSES, ...CLASSES.map((c) => `${c}+`), ...TEXTS, " +", "\\s*;\\s*", ";\\s*", "\\s*,", "\\r?\\n"].map((r) => `l.split(/${r}/)`),
  ...[...CLASSES, ...TEXTS].map((r) => `l.replace(/${r}/g, "-")`),
  ...CLASSES.map((r) => `l.replace(/${r}+/g, "_")`),
  ...CLASSES.map((r) => `l.replace(/${r}+/g, "")`),
  ...["a", "\\."].map((r) => `l.replace(/${r}/, "$&!")`),
  'l.replace(/^\\s+|\\s+$/g, "")', 'l.replace(/^\\s+/, "")', 'l.replace(/\\s+$/, "")', 'l.replaceAll(/\\d/g, "#")', 'l.replace(/[a-z]/gu, "x")',
  ...[...CLASSES, ...TEXTS, "^a", "b$", "^ab$", ...CLASSES.map((c) => `^${c}+$`)].map((r) => `/${r}/.test(l)`),
  "/AB/i.test(l)", "/[A-C]/i.test(l)",
];
const SIGNS = [..."aab bcAB  12?#,;.-_'\"\\\t\n", "\r\n", " ; ", "é", "😀"];

const job = (functions) => `import { ExecutionContext, Kafka, Redis } from "lightflus-api";
${functions.join("\n")}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("ways", "default"))
  .flatMap((l) => [${functions.map((_, i) => `f${i}(l)`).join(", ")}].map((value, i) => ({ key: String(i), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value)).execute();
`;
const shown = (e) => (e.includes(".split(/") ? `(${e}).join("|")` : `String(${e})`);
const write = (name, functions) => {
  const file = join(folder, name);
  writeFileSync(file, job(functions));
  return file;
};

test("each advice for a regular expression compiles and means the same", async () => {
  const { diagnostics } = await compileJob(write("asked.ts", EXPRESSIONS.map((e, i) => `function f${i}(l: string): string { return String(${e}); }`)), { checkOnly: true });
  const hints = new Map(diagnostics.filter((d) => d.code === "LF306").map((d) => [d.line - 2, d.hint]));
  const ways = EXPRESSIONS.map((e, i) => ({ e, hint: hints.get(i) }));
  for (const { e, hint } of ways) assert.match(hint ?? "", /^write /, e);
  const functions = ways.map(({ e, hint }, i) => `function f${i}(l: string): string { return ${e.includes(".split(/") ? `(${hint.slice(6)}).join("|")` : `String(${hint.slice(6)})`}; }`);
  const next = random(1);
  const lines = Array.from({ length: 300 }, () => Array.from({ length: Math.floor(next() * 12) }, () => pick(next, SIGNS)).join(""));
  const { redis } = runModule(await moduleOf(write("written.ts", functions)), { topic: lines });
  const wanted = EXPRESSIONS.map((e) => new Function("l", `return ${shown(e)};`));
  const wellFormed = (text) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  lines.forEach((l, at) => wanted.forEach((f, i) => assert.equal(redis[at * wanted.length + i].value, wellFormed(f(l)), `${EXPRESSIONS[i]} of ${JSON.stringify(l)}: ${functions[i]}`)));
});

/** Jobs of the corpus that run, and those that are compiled alone. */
const advice = ["./corpus/advice", "./advice"].map((name) => fileURLToPath(new URL(name, import.meta.url)));

/** Advice that is followed by no code: what to leave out, where to look, or what others look after. */
const WITHOUT_CODE = new Set([
  "check the path", "please report it with the program", "see docs/typescript.md for what a job can use", "docs/typescript.md lists what a job can use", "what there is: …",
  "the engine measures each operator: see lightflus run", "normalize the text before it reaches the job", "use it in a test that imports the job",
  "remove it", "remove it: a function runs when a record arrives", "remove it: a function runs when a record arrives, and nothing waits", "remove it: the job runs after main has returned",
  "leave the parameter out",
  "write …", // instead of a regular expression: the test above
]);

test("each way out that the compiler can offer is taken, and compiles", async () => {
  const texts = advice.flatMap((folder) => readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8")));
  const taken = texts.flatMap((text) => [...text.matchAll(/\/\/ .*?way out: (.*)$/gm)].map((found) => found[1]));
  const offered = HINTS.filter((hint) => !WITHOUT_CODE.has(hint));
  assert.deepEqual(offered.filter((hint) => !taken.includes(hint)), [], "a new hint: write what it advises into test/corpus/advice, or test/advice");
  assert.deepEqual(taken.filter((hint) => !offered.includes(hint)), [], "nobody advises this any more");
  for (const name of readdirSync(advice[1])) assert.ok(await moduleOf(join(advice[1], name)));
  assert.deepEqual([...WITHOUT_CODE].filter((hint) => !HINTS.includes(hint)), [], "nobody says this any more");
});
