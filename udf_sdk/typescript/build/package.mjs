// The npm package `lightflus-api` that users install: types, the local runner, and the compiler, so that
// `node wordCount.js` can deploy itself. No dependencies. Packed by npm itself.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Writes `lightflus-api-<version>.tgz` into `target`, which has all else of the bundle already. */
export async function packApi(here, target) {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const folder = join(target, "package");
  mkdirSync(folder, { recursive: true });
  for (const part of ["assembly", "compiler", "lib", "types", "lf-tsc.mjs", "NOTICE"]) cpSync(join(target, part), join(folder, part), { recursive: true });
  await build({
    entryPoints: [join(here, "src/index.ts")],
    outfile: join(folder, "index.js"),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  const [types, main] = ["./types/index.d.ts", "./index.js"];
  const exports = { ".": { types, default: main } };
  const manifest = { name, version, description, license, type: "module", engines, exports, types, main };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", target], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  rmSync(folder, { recursive: true });
}
