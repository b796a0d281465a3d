// Runs one job both ways: as plain JavaScript under Node, and as the module that the compiler makes of it.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript-compiler-api";
import "./asc.mjs";
import { compile } from "../.build/compiler/compile.mjs";
import { format } from "../.build/compiler/diagnostics.mjs";
import { installation, loadLibrary } from "../.build/compiler/library.mjs";
import { runLocal } from "../.build/src/index.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const build = resolve(here, "../.build");
const api = pathToFileURL(join(build, "src/index.mjs")).href;

/** What a source gives when the job does not say: `// input: {"topic": [...]}` in its first lines does. */
const INPUT = {
  topic: [
    "hello hello hello world world world",
    "",
    "a b a",
    "héllo wörld x😀y",
    "the quick brown fox",
    " two  spaces ",
    "B b",
    "a b a",
  ],
};

/** Files of a folder that are jobs: its own .ts files, and main.ts of each folder in it. */
export function jobsIn(folder) {
  const path = join(here, folder);
  return readdirSync(path)
    .map((name) => (existsSync(join(path, name, "main.ts")) ? join(path, name, "main.ts") : join(path, name)))
    .filter((file) => file.endsWith(".ts"))
    .sort();
}

/** The inputs of a job. */
export function inputsOf(file) {
  const line = readFileSync(file, "utf8").match(/^\/\/ input: (.*)$/m);
  return line
    ? JSON.parse(line[1], (_name, v) => (typeof v === "string" && /^\d+n$/.test(v) ? BigInt(v.slice(0, -1)) : v))
    : INPUT;
}

const disk = {
  exists: (path) => existsSync(path) && statSync(path).isFile(),
  read: (path) => (disk.exists(path) ? readFileSync(path, "utf8") : undefined),
};

/** Compiles a job; what the compiler says about it is in `diagnostics`. */
export function compileJob(file, { sources = disk, checkOnly = false, optimize = 1 } = {}) {
  return compile(file.replaceAll("\\", "/"), {
    sources,
    installation: installation(),
    library: loadLibrary,
    checkOnly,
    optimize,
  });
}

/** The module of a job. Throws what the compiler says. */
export async function moduleOf(file, options = {}) {
  const { wasm, diagnostics } = await compileJob(file, options);
  if (!wasm) throw new Error(diagnostics.map(format).join("\n"));
  return wasm;
}

/** Where jobs lie as JavaScript while this process runs. */
const plain = mkdtempSync(join(tmpdir(), "lightflus-plain-"));
process.on("exit", () => rmSync(plain, { recursive: true, force: true }));
let run = 0;

/** What reaches the sinks when Node runs the same source, types taken out. */
export function runPlain(file, inputs) {
  const target = join(plain, String(run++));
  const entry = strip(file, dirname(file), target, new Set());
  return runLocal(() => import(pathToFileURL(entry).href), inputs);
}

/** Writes a file and what it imports as JavaScript; answers where. */
function strip(file, root, target, done) {
  const out = join(target, relative(root, file).replace(/\.ts$/, ".mjs"));
  if (done.has(file)) return out;
  done.add(file);
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, removeComments: true };
  let { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { fileName: file, compilerOptions });
  outputText = outputText.replace(/(from\s+)"(\.[^"]+)"/g, (_all, from, name) => {
    const imported = resolve(dirname(file), name.replace(/\.(ts|js)$/, "") + ".ts");
    return `${from}"${pathToFileURL(strip(imported, root, target, done)).href}"`;
  });
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, outputText.replaceAll('"lightflus-api"', JSON.stringify(api)));
  return out;
}
