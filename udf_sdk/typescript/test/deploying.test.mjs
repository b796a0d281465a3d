// `node job.js` with LIGHTFLUS_ENDPOINT set, as far as it comes without a cluster: finding the source, compiling it, the
// address. tests/cluster/test_published_way.py has the rest.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sourceOf } from "../.build/src/job_source.mjs";

const api = fileURLToPath(new URL("../.build/src/index.mjs", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "lightflus-deploying-")));
after(() => rmSync(folder, { recursive: true }));

/** Writes files below a new folder; answers it. */
function project(name, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, path, ".."), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

const map = (...sources) => JSON.stringify({ version: 3, sources, mappings: "" });
const inline = (...sources) => `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map(...sources)).toString("base64")}`;

test("the source is beside the file that Node runs, with the extension that belongs to it", () => {
  const at = project("beside", { "a.js": "", "a.ts": "", "b.mjs": "", "b.mts": "", "b.ts": "" });
  assert.equal(sourceOf(join(at, "a.js")), join(at, "a.ts"));
  assert.equal(sourceOf(join(at, "a")), join(at, "a.ts"));
  assert.equal(sourceOf(join(at, "b.mjs")), join(at, "b.mts"));
  assert.equal(sourceOf(join(at, "a.ts")), join(at, "a.ts"));
});

test("a source map says where the source is, in a file, inline or behind a link", () => {
  const at = project("mapped", {
    "src/job.ts": "",
    "dist/job.js": "//# sourceMappingURL=job.js.map\n",
    "dist/job.js.map": map("../src/job.ts"),
    "dist/inline.js": inline("../src/job.ts"),
  });
  symlinkSync(join(at, "dist/job.js"), join(at, "link.js"));
  for (const name of ["dist/job.js", "dist/inline.js", "link.js"]) assert.equal(sourceOf(join(at, name)), join(at, "src/job.ts"));
});

test("a program without a source says how to keep one", () => {
  const at = project("without", { "job.js": "//# sourceMappingURL=job.js.map\n", "job.js.map": "damaged" });
  assert.throws(() => sourceOf(join(at, "job.js")), (error) => /is not to be found/.test(error.message) && /sourceMap/.test(error.hint));
});

/** An address at which nobody listens. */
async function unused() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return `127.0.0.1:${port}`;
}

const JOB = `import { ExecutionContext, Kafka, Redis } from "lightflus-api";
Kafka.builder().topic("t").build<string>(undefined, typeof "").createFlow(ExecutionContext.new("job"))
  .sink(Redis.new<string>().keyExtractor((v) => v).valueExtractor((v) => v)).execute();
`;

/** Runs a job that stands beside its source. */
function deployed(name, source, endpoint, env = {}) {
  const program = JOB.replace('"lightflus-api"', JSON.stringify(api)).replaceAll("<string>", "");
  const at = project(name, { "job.js": program, "job.ts": source, "package.json": '{"type": "module"}' });
  return spawnSync(process.execPath, [join(at, "job.js")], { env: { PATH: process.env.PATH, LIGHTFLUS_ENDPOINT: endpoint, ...env }, cwd: at, encoding: "utf8" });
}

test("what does not compile is said with its place, and nothing is asked of the cluster", () => {
  const { status, stderr } = deployed("wrong", JOB.replace("(v) => v)", "(v) => v.spilt())"), "localhost:1");
  assert.equal(status, 1);
  assert.match(stderr, /^error: job\.ts:3:/);
  assert.doesNotMatch(stderr, /at .*js:/, "no stack");
});

test("an ApiServer that is not there is named, and how to have one", async () => {
  const endpoint = await unused();
  const { status, stderr } = deployed("away", JOB, endpoint);
  assert.equal(status, 1);
  assert.ok(stderr.startsWith(`error: no ApiServer answers at ${endpoint}: ECONNREFUSED\n  help: LIGHTFLUS_ENDPOINT says where it is`), stderr);
});

for (const endpoint of ["localhost", "ftp://localhost:8080", "localhost:8080/v1", "user@localhost:8080", "localhost:99999"]) {
  test(`${endpoint} is no address of an ApiServer`, () => {
    const { status, stderr } = deployed(encodeURIComponent(endpoint), JOB, endpoint);
    assert.equal(status, 1);
    assert.match(stderr, /^error: LIGHTFLUS_ENDPOINT is no address of an ApiServer/);
  });
}

test("with LIGHTFLUS_INPUT the job runs here, on files", () => {
  writeFileSync(join(folder, "lines.txt"), "hello\n");
  const { status, stdout } = deployed("here", JOB, "localhost:1", { LIGHTFLUS_INPUT: `t=${join(folder, "lines.txt")}` });
  assert.deepEqual([status, stdout], [0, '{"sink":"redis","key":"hello","value":"hello"}\n']);
});
