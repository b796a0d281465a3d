// The bundle as a stranger has it: no node_modules anywhere, the published program untouched, types from the npm tarball.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runModule } from "./host.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const published = readFileSync(join(here, "../../../examples/word_count/wordCount.ts"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "lightflus-bundle-"));
const bundle = join(folder, "bundle");
const node = (cwd, ...args) => execFileSync(process.execPath, args, { cwd, encoding: "utf8" });

before(() => node(here, join(here, "../build.mjs"), bundle));
after(() => rmSync(folder, { recursive: true }));

test("builds the published program, and the module counts words", () => {
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "wordCount.ts"), published);
  const report = JSON.parse(node(project, join(bundle, "lf-tsc.mjs"), "build", "wordCount.ts", "--out", "job.wasm", "--json"));
  assert.deepEqual([report.ok, report.diagnostics], [true, []]);
  const { redis } = runModule(readFileSync(join(project, "job.wasm")), { topic: ["hello hello world"] });
  assert.deepEqual(redis, [{ key: "hello", value: "1" }, { key: "hello", value: "2" }, { key: "world", value: "1" }]);
});

test("the published program type-checks against the npm package, strictly", () => {
  const project = join(folder, "npm");
  const installed = join(project, "node_modules/lightflus-api");
  mkdirSync(installed, { recursive: true });
  const tarball = readdirSync(bundle).find((name) => name.endsWith(".tgz"));
  execFileSync("tar", ["xzf", join(bundle, tarball), "-C", installed, "--strip-components=1"]);
  writeFileSync(join(project, "wordCount.ts"), published);
  const options = { strict: true, target: "ES2022", module: "NodeNext", moduleResolution: "NodeNext", noEmit: true, types: [] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["wordCount.ts"] }));
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  assert.equal(node(project, join(here, "../node_modules/typescript-compiler-api/bin/tsc"), "-p", "."), "");
});

test("the licences of what is inside travel with it", () => {
  const notice = readFileSync(join(bundle, "NOTICE"), "utf8");
  for (const name of ["assemblyscript 0.28.20", "binaryen ", "long ", "typescript 6.0.3", "xjb-as 0.1.0"]) {
    assert.ok(notice.includes(`\n${name}`), name);
  }
});
