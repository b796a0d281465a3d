// Builds the TypeScript SDK.
//
//   node build.mjs --dev   .build/: the compiler as modules, the library beside it; needs node_modules; what tests run
//   node build.mjs         engine/lightflus/bundled/typescript/: one self-contained folder that travels in the wheel
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dev = join(here, ".build");

/** All files of a folder with the extension, as paths. */
function filesOf(folder, extension) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map(String).filter((f) => f.endsWith(extension)).map((f) => join(folder, f));
}

/** Copies what the compiler hands to asc: our AssemblyScript and the number formatter. */
function copyLibrary(target) {
  rmSync(target, { recursive: true, force: true });
  cpSync(join(here, "assembly"), target, { recursive: true, filter: (f) => !f.endsWith("tsconfig.json") });
  cpSync(join(here, "node_modules/xjb-as/assembly"), join(target, "xjb-as"), {
    recursive: true,
    filter: (f) => !f.endsWith("tsconfig.json"),
  });
}

async function buildDev() {
  copyLibrary(join(dev, "assembly"));
  for (const folder of ["compiler", "src"]) {
    await build({
      entryPoints: filesOf(join(here, folder), ".ts"),
      outdir: join(dev, folder),
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: true,
      logLevel: "warning",
    });
  }
}

await buildDev();
