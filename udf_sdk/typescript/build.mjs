// Builds the TypeScript SDK.
//
//   node build.mjs --dev   .build/: the compiler as modules, the library beside it; needs node_modules; what tests run
//   node build.mjs         engine/lightflus/bundled/typescript/: one self-contained folder that travels in the wheel
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dev = join(here, ".build");
const RELATIVE_IMPORT = /((?:from|import)\s*\(?\s*"\.[^"]*)\.ts(")/g;

/** All files of a folder with the extension, as paths. */
function filesOf(folder, extension) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map(String).filter((f) => f.endsWith(extension)).map((f) => join(folder, f));
}

/** Copies what the compiler hands to asc: our AssemblyScript and the number formatter. */
function copyLibrary(target) {
  cpSync(join(here, "assembly"), target, { recursive: true, filter: (f) => !f.endsWith("tsconfig.json") });
  cpSync(join(here, "node_modules/xjb-as/assembly"), join(target, "xjb-as"), {
    recursive: true,
    filter: (f) => !f.endsWith("tsconfig.json"),
  });
}

/** Modules one by one, so that a file under work does not stop the others. */
async function buildDev() {
  copyLibrary(join(dev, "assembly"));
  for (const folder of ["compiler", "src"]) {
    for (const file of filesOf(join(here, folder), ".ts")) {
      const text = readFileSync(file, "utf8").replace(RELATIVE_IMPORT, "$1.mjs$2");
      const { code } = await transform(text, { loader: "ts", format: "esm", target: "node20", sourcefile: file, sourcemap: "inline" });
      const target = join(dev, relative(here, file)).replace(/\.ts$/, ".mjs");
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
  }
}

await buildDev();
