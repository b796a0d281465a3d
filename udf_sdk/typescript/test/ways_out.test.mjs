// Every way out that the compiler can offer is taken by a program that compiles: of test/corpus/advice, which also runs, or test/advice.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HINTS } from "./hints.mjs";
import { moduleOf } from "./jobs.mjs";

/** Jobs of the corpus that run, and those that are compiled alone. */
const advice = ["./corpus/advice", "./advice"].map((name) => fileURLToPath(new URL(name, import.meta.url)));

/** Advice that is followed by no code: what to leave out, where to look, or what others look after. */
const WITHOUT_CODE = new Set([
  "check the path", "please report it with the program", "see docs/typescript.md for what a job can use", "docs/typescript.md lists what a job can use", "what there is: …",
  "the engine measures each operator: see lightflus run", "normalize the text before it reaches the job", "use it in a test that imports the job",
  "remove it", "remove it: a function runs when a record arrives", "remove it: a function runs when a record arrives, and nothing waits", "remove it: the job runs after main has returned",
  "leave the parameter out",
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
