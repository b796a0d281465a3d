// Builds the TypeScript SDK.
//
//   node build.mjs --dev     .build/: the compiler as modules, what it needs beside it; uses node_modules; what tests run
//   node build.mjs [FOLDER]  engine/lightflus/bundled/typescript/, or FOLDER: one self-contained folder that travels in the wheel
//
// Both have the same layout: lf-tsc.mjs, compiler/, assembly/, lib/, types/. The bundle adds the npm tarball and NOTICE.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { writeNotice } from "./build/notice.mjs";
import { packApi } from "./build/package.mjs";
import { copyTypeScriptLibrary, writeDeclarations } from "./build/types.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const dev = join(here, ".build");
const bundle = resolve(process.argv[2] ?? join(here, "../../engine/lightflus/bundled/typescript"));
const RELATIVE_IMPORT = /((?:from|import)\s*\(?\s*"\.[^"]*)\.ts(")/g;

/** All files of a folder with the extension, as paths. */
function filesOf(folder, extension) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map(String).filter((f) => f.endsWith(extension)).map((f) => join(folder, f));
}

/** What the compiler hands to asc: our AssemblyScript and the number formatter. */
function copyLibrary(target) {
  const filter = (file) => !file.endsWith("tsconfig.json");
  cpSync(join(here, "assembly"), target, { recursive: true, filter });
  cpSync(join(modules, "xjb-as/assembly"), join(target, "xjb-as"), { recursive: true, filter });
}

/** The newest change among files; 0 if there are none. */
const newest = (files) => Math.max(0, ...files.map((f) => statSync(f).mtimeMs));

/** Modules one by one, so that a file under work does not stop the others. */
async function buildDev() {
  copyLibrary(join(dev, "assembly"));
  cpSync(join(here, "lf-tsc.mjs"), join(dev, "lf-tsc.mjs"));
  for (const folder of ["compiler", "src"]) {
    for (const file of filesOf(join(here, folder), ".ts")) {
      const text = readFileSync(file, "utf8").replace(RELATIVE_IMPORT, "$1.mjs$2");
      const { code } = await transform(text, { loader: "ts", format: "esm", target: "node20", sourcefile: file, sourcemap: "inline" });
      const target = join(dev, relative(here, file)).replace(/\.ts$/, ".mjs");
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
  }
  if (!existsSync(join(dev, "lib"))) copyTypeScriptLibrary(modules, join(dev, "lib"));
  const sources = filesOf(join(here, "src"), ".ts");
  if (newest(sources) > newest(filesOf(join(dev, "types"), ".d.ts"))) writeDeclarations(join(here, "src/index.ts"), join(dev, "types"));
}

/** What TypeScript, a CommonJS module, expects to find around it. */
const COMMONJS = [
  'import { createRequire as __createRequire } from "node:module";',
  'import { fileURLToPath as __fileURLToPath } from "node:url";',
  "const require = __createRequire(import.meta.url);",
  "const __filename = __fileURLToPath(import.meta.url);",
  'const __dirname = __fileURLToPath(new URL(".", import.meta.url));',
].join("\n");

/** The compiler with TypeScript, asc and binaryen in one folder; asc is a chunk of its own, loaded when it is needed. */
async function bundleCompiler(target) {
  await build({
    entryPoints: [join(here, "compiler/main.ts")],
    outdir: target,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    banner: { js: COMMONJS },
    logLevel: "error",
  });
}

/** Builds beside the target and moves it there at the end, so that there is never half a bundle. */
async function buildBundle() {
  const staging = `${bundle}.new`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  await bundleCompiler(join(staging, "compiler"));
  copyLibrary(join(staging, "assembly"));
  copyTypeScriptLibrary(modules, join(staging, "lib"));
  writeDeclarations(join(here, "src/index.ts"), join(staging, "types"));
  cpSync(join(here, "lf-tsc.mjs"), join(staging, "lf-tsc.mjs"));
  writeNotice(modules, ["assemblyscript", "binaryen", "long", "@eslint-community/regexpp", "typescript-compiler-api", "xjb-as"], join(staging, "NOTICE"));
  await packApi(here, staging);
  rmSync(bundle, { recursive: true, force: true });
  renameSync(staging, bundle);
}

await (process.argv.includes("--dev") ? buildDev() : buildBundle());
