// The front end beyond what the corpus and the error programs show: lines and columns, what it says of stream functions, purity,
// closures' frames, the command line. Programs are text in memory, checked and lowered without asc unless a test says otherwise.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { compile } from "../.build/compiler/compile.mjs";
import { format } from "../.build/compiler/diagnostics.mjs";
import { installation, loadLibrary } from "../.build/compiler/library.mjs";
import { GuestAbort } from "./instance.mjs";
import { runModule } from "./host.mjs";

const HEAD = 'import { ExecutionContext, Kafka, Redis } from "lightflus-api";';
const SOURCE = 'Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("j", "d"))';
const SINK = '.sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s)).execute();';

/** Compiles `job.ts` (and other files) given as text. */
function build(files, options = {}) {
  const all = new Map(Object.entries(typeof files === "string" ? { "job.ts": files } : files).map(([name, text]) => [`/p/${name}`, text]));
  const read = (path) => all.get(path) ?? (existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined);
  const sources = { read, exists: (path) => read(path) !== undefined };
  return compile("/p/job.ts", { sources, installation: installation(), library: loadLibrary, optimize: 0, checkOnly: true, ...options });
}

/** The lowered text of a program that must have no errors. */
async function lowered(text) {
  const { files, diagnostics } = await build(text);
  assert.deepEqual(diagnostics.map(format), []);
  return files.get("job.ts");
}

/** `line:column code` of each complaint. */
async function complaints(files) {
  const { diagnostics } = await build(files);
  return diagnostics.map((d) => `${d.file === "job.ts" ? "" : `${d.file}:`}${d.line}:${d.column} ${d.code}`);
}

/** A job whose only stream function stands on line 3 and below. */
const job = (body, before = "") => `${HEAD}\n${before}\n${SOURCE}.map((s) => {\n${body}\n})\n${SINK}`;

describe("places", () => {
  test("what stands on a line stays on it", async () => {
    const text = `${HEAD}\nconst a = [\n  1,\n  // two\n  2,\n];\n/* long\n comment */\nfunction f(\n  x: number,\n): number {\n  return x\n    + a[0];\n}\nconsole.log(f(3));\n`;
    const lines = (await lowered(text)).split("\n");
    assert.match(lines[1], /let a: Array<f64>/);
    assert.match(lines[2], /1\.0/);
    assert.match(lines[4], /2\.0/);
    assert.match(lines[8], /function f/);
    assert.match(lines[12], /array_get<f64>\(a, 0\.0, "job\.ts", 13, 7\)/);
    assert.match(lines[14], /f\(3\.0\)/);
  });

  test("a trap in an instantiation of generic code says where the user wrote it", async () => {
    const text = `${HEAD}\nfunction third<T>(xs: T[]): T {\n  return xs[2];\n}\n${SOURCE}.map((s) => third([s]))${SINK}`;
    const { wasm, diagnostics } = await build(text, { checkOnly: false });
    assert.deepEqual(diagnostics, []);
    assert.throws(() => runModule(wasm, { topic: ["x"] }), (e) => e instanceof GuestAbort && e.file === "job.ts" && e.line === 3 && e.column === 10);
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(wasm), "lightflus.sourcemap");
    assert.deepEqual(JSON.parse(Buffer.from(section).toString()).sources, ["job.ts"]);
  });
});

describe("what is said of a stream function", () => {
  const record = `type R = { k: string; n: number; m: number };\nconst s = ${SOURCE}.map((v): R => ({ k: v, n: 1, m: 2 }));\n`;
  const sink = '.sink(Redis.new<R>().host("h").keyExtractor(({ k }) => k).valueExtractor((r) => r.n + "" + r.m)).execute();';

  /** The descriptions in the lowered text, by their order: build, source, map, then the given operators, then key and value. */
  async function said(operators) {
    const text = await lowered(`${HEAD}\n${record}\ns${operators}${sink}`);
    return [...text.matchAll(/"(\\"position(?:[^"\\]|\\.)*)"/g)].map(([literal]) => JSON.parse(`{${JSON.parse(literal)}}`)).slice(3);
  }

  test("a plain field is a field, also out of a pattern", async () => {
    const [key, , byPattern] = await said(".keyBy((r) => r.k).reduce((a, b) => a)");
    assert.deepEqual(key.field, ["k"]);
    assert.deepEqual(byPattern.field, ["k"]);
  });

  test("a computed value is no field", async () => {
    const [key] = await said('.keyBy((r) => r.k + "").reduce((a, b) => a)');
    assert.equal(key.field, undefined);
  });

  test("a parameter that gets another value is no field", async () => {
    const [key] = await said('.keyBy((r) => { r = { k: "x", n: 1, m: 2 }; return r.k; }).reduce((a, b) => a)');
    assert.equal(key.field, undefined);
  });

  test("kept fields are those that every result hands on", async () => {
    const keeps = async (result) => (await said(`.keyBy((r) => r.k).reduce((a, b) => (${result}))`))[1].keeps;
    assert.deepEqual(await keeps("{ k: a.k, n: a.n + b.n, m: b.m }"), ["k"]);
    assert.deepEqual(await keeps("{ ...a, n: a.n + b.n }"), ["k", "m"]);
    assert.deepEqual(await keeps("{ ...a, ...b, k: a.k }"), ["k"]);
    assert.equal(await keeps("a.n > b.n ? { ...a, k: b.k, n: 0, m: 1 } : b"), undefined);
  });

  test("columns read are named only when no other can be read", async () => {
    const reads = async (test) => (await said(`.filter(${test})`))[0].reads;
    assert.deepEqual(await reads("(r) => r.n > 1"), ["n"]);
    assert.deepEqual(await reads("({ m, k }) => m > 1 && k !== \"\""), ["k", "m"]);
    assert.equal(await reads("(r) => { const c = r; return c.n > 1; }"), undefined);
  });

  test("a reduce says what it reads of the row", async () => {
    const [, reduce] = await said(".keyBy((r) => r.k).reduce((a, b) => ({ ...a, n: a.n + b.n }))");
    assert.deepEqual(reduce.readsOfRow, ["n"]);
    assert.equal(reduce.reads, undefined);
  });
});

describe("purity", () => {
  const impure = {
    "a variable": ["n++; return s;", "let n = 0;"],
    "a variable, from a callback": ["[1].forEach((x) => { n += x; }); return s;", "let n = 0;"],
    "a Map": ["m.set(s, 1); return s;", "const m = new Map<string, number>();"],
    "a Map by another name": ["const c = m; c.delete(s); return s;", "const m = new Map<string, number>();"],
    "an array inside a new object": ["const o = { list }; o.list.push(s); return s;", "const list: string[] = [];"],
    "an element of an outer array": ["const [first] = rows; first.push(s); return s;", "const rows = [[\"a\"]];"],
    "an object through a function": ["touch(o); return s;", "const o = { n: 1 }; function touch(x: { n: number }): void { x.n = 2; }"],
    "an object through a method": ["c.add(); return s;", "class C { n = 0; add(): void { this.n++; } } const c = new C();"],
    "an object through an overridden method": ["c.add(); return s;", "class B { add(): void {} } class C extends B { n = 0; add(): void { this.n++; } } const c: B = new C();"],
    "a static field": ["C.n = 2; return s;", "class C { static n = 0; }"],
    "a variable, two functions down": ["one(); return s;", "let n = 0; function two(): void { n = 1; } function one(): void { two(); }"],
  };
  for (const [what, [body, before]] of Object.entries(impure)) {
    test(`changing ${what} is refused`, async () => {
      assert.match((await complaints(job(body, before))).join(), /LF201/);
    });
  }

  const pure = {
    "a new Map": ["const m = new Map<string, number>(); m.set(s, 1); return s + m.size;", ""],
    "a copy of an outer array": ["const c = [...list]; c.push(s); return c.join();", "const list: string[] = [];"],
    "a variable of its own, from a callback": ["let n = 0; [1].forEach((x) => { n += x; }); return s + n;", ""],
    "a new object through a function": ["const o = { n: 1 }; touch(o); return s + o.n;", "function touch(x: { n: number }): void { x.n = 2; }"],
    "a new object through a chain of its methods": ["return s + new C().add().add().n;", "class C { n = 0; add(): this { this.n++; return this; } }"],
  };
  for (const [what, [body, before]] of Object.entries(pure)) {
    test(`changing ${what} is fine`, async () => {
      assert.deepEqual(await complaints(job(body, before)), []);
    });
  }

  test("the complaint stands at the write, in whichever file", async () => {
    const util = "let n = 0;\nexport function count(): void {\n  n += 1;\n}\n";
    assert.deepEqual(await complaints({ "job.ts": job("count(); return s;", 'import { count } from "./util";'), "util.ts": util }), ["util.ts:3:3 LF201"]);
  });

  test("an argument of a reduce is not to be changed", async () => {
    const text = `${HEAD}\n${SOURCE}.map((s) => ({ s, n: 1 })).keyBy((r) => r.s)\n.reduce((a, b) => { a.n += b.n; return a; })\n.map((r) => r.s)${SINK}`;
    assert.deepEqual(await complaints(text), ["3:21 LF201"]);
  });
});

describe("functions inside functions", () => {
  test("what captures nothing has no environment", async () => {
    assert.match(await lowered(job("return s.split(\" \").map((w) => w + \"!\").join();")), /array_map<string, string>\(__js\.string_split\(s, " "\), 0, \(__env/);
  });

  test("a local function used above its place is refused where it is used", async () => {
    assert.deepEqual(await complaints(job("const r = f(s);\nfunction f(x: string): string { return x; }\nreturn r;")), ["4:11 LF203"]);
  });
});

describe("complaints", () => {
  test("a constant below the job that reads it is refused where it is read", async () => {
    const { diagnostics } = await build(`${HEAD}\n${SOURCE}\n.map((s) => s + TAIL)${SINK}\nconst TAIL = "!";`, { checkOnly: false });
    assert.deepEqual(diagnostics.map((d) => `${d.line}:${d.column} ${d.code}`), ["3:17 LF203"]);
  });

  test("one cause, one complaint", async () => {
    assert.deepEqual(await complaints(job('const r = JSON.parse(s);\nconst n = r.n;\nreturn n + r.m;')), ["4:11 LF101"]);
  });

  test("a package from npm and a module of Node are refused alike", async () => {
    assert.deepEqual(await complaints(`${HEAD}\nimport _ from "lodash";\nimport { readFileSync } from "node:fs";\n${SOURCE}${SINK}`), ["2:15 LF311", "3:30 LF311"]);
  });

  test("TypeScript's own errors come first and alone", async () => {
    assert.deepEqual(await complaints(job("const n: number = s;\nreturn /x/.test(s) ? s : s;")), ["4:7 TS2322"]);
  });

  test("are shown with the user's line, a caret and a way out", async () => {
    const { diagnostics } = await build(job("\treturn s.normalize() ? s : s;"));
    assert.match(format(diagnostics[0]), /^job\.ts:4:11 - error LF401: string\.normalize is not supported in a job\n\n {2}\treturn s\.normalize\(\) \? s : s;\n {2}\t {9}\^\n {2}way out: /);
  });
});

describe("the command", () => {
  const tool = fileURLToPath(new URL("../.build/lf-tsc.mjs", import.meta.url));
  const run = (folder, ...args) => spawnSync(process.execPath, [tool, ...args], { cwd: folder, encoding: "utf8" });
  const inFolder = (text, then) => {
    const folder = mkdtempSync(join(tmpdir(), "lf-"));
    try {
      writeFileSync(join(folder, "job.ts"), text);
      then(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("check answers one JSON object with places as the caller sees them", () => {
    inFolder(job("return /x/;"), (folder) => {
      const { status, stdout } = run(folder, "check", "job.ts", "--json");
      assert.equal(status, 1);
      const answer = JSON.parse(stdout);
      assert.equal(answer.ok, false);
      assert.equal(answer.diagnostics[0].file, "job.ts");
      assert.deepEqual(answer.files, [join(folder, "job.ts")]);
    });
  });

  test("a missing file and wrong usage are said, without a trace", () => {
    inFolder("", (folder) => {
      const missing = run(folder, "check", "nothing.ts", "--json");
      assert.equal(missing.status, 1);
      assert.equal(JSON.parse(missing.stdout).diagnostics[0].code, "LF001");
      assert.equal(run(folder, "build", "job.ts").status, 2);
      assert.doesNotMatch(missing.stderr, /at .*\.mjs/);
    });
  });
});
