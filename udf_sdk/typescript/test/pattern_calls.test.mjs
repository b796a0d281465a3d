// Regular expressions as people write them in split, replace, match and test, compiled and compared with Node on random lines.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runModule } from "./host.mjs";
import { moduleOf } from "./jobs.mjs";
import { pick, random } from "./random.mjs";

const folder = mkdtempSync(join(tmpdir(), "lightflus-patterns-"));
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
  'l.replace(/(\\w)(\\W)?/g, "$2$1$0$11$$")', 'l.replace(/(?<a>a)|(?<b>b)/g, "[$<a>|$<b>]")', 'l.replace(/\\B(?=(\\w\\w)+$)/gm, ",")',
  'l.replace(/(a)|b/g, (m, a) => `<${m}${a ?? "-"}>`)', 'l.replace(/./gsu, (m, at: number) => `${m}${at}`)',
  'l.match(/[a-z]+/gi)?.join("|") ?? "none"', 'l.match(/(\\d)(\\d)?/)?.[2] ?? "none"', '[...l.matchAll(/a(b?)/g)].map((m) => `${m.index}${m[1]}`).join()',
  'l.split(/([;,])/, 5).join("|")', 'l.split(/(?:)/).join("|")', 'l.split(/\\b/).join("|")', "l.search(/[^ ]/)",
];
const SIGNS = [..."aab bcAB  12?#,;.-_'\"\\\t\n", "\r\n", " ; ", "é", "😀"];

const job = (functions) => `import { ExecutionContext, Kafka, Redis } from "lightflus-api";
${functions.join("\n")}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("patterns", "default"))
  .flatMap((l) => [${functions.map((_, i) => `f${i}(l)`).join(", ")}].map((value, i) => ({ key: String(i), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value)).execute();
`;
const shown = (e) => (/\.split\(.*\)$/.test(e) && !e.includes("join") ? `(${e}).join("|")` : `String(${e})`);
const write = (name, functions) => {
  const file = join(folder, name);
  writeFileSync(file, job(functions));
  return file;
};

test("split, replace, match and test with a pattern give what they give under Node", async () => {
  const functions = EXPRESSIONS.map((e, i) => `function f${i}(l: string): string { return ${shown(e)}; }`);
  const next = random(1);
  const lines = Array.from({ length: 300 }, () => Array.from({ length: Math.floor(next() * 12) }, () => pick(next, SIGNS)).join(""));
  const { redis } = runModule(await moduleOf(write("written.ts", functions)), { topic: lines });
  const wanted = EXPRESSIONS.map((e) => new Function("l", `return ${shown(e.replace(": number", ""))};`));
  const wellFormed = (text) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  lines.forEach((l, at) => wanted.forEach((f, i) => assert.equal(redis[at * wanted.length + i].value, wellFormed(f(l)), `${EXPRESSIONS[i]} of ${JSON.stringify(l)}`)));
});

test("a pattern with g that main made ends the record where a function moves its lastIndex, whatever way it came there", async () => {
  const uses = ["const shared = /a/g;", "function used(p: RegExp, l: string): boolean { return p.test(l); }", "function f0(l: string): string { return String(used(shared, l)); }"];
  const file = join(folder, "moved.ts");
  writeFileSync(file, job(uses).replace(/\[f0\(l\), f1\(l\), f2\(l\)\]/, "[f0(l)]"));
  const wasm = await moduleOf(file);
  assert.throws(() => runModule(wasm, { topic: ["a"] }), /a stream function must be pure/);
});
