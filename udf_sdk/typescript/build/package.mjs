// The npm package `lightflus-api` that users install: types and the local runner, no dependencies. Packed by npm itself.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Writes `lightflus-api-<version>.tgz` into `target`. */
export async function packApi(here, declarations, target) {
  const { name, version, description, license, engines } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const folder = join(target, "package");
  mkdirSync(folder, { recursive: true });
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
  cpSync(declarations, folder, { recursive: true });
  const exports = { ".": { types: "./index.d.ts", default: "./index.js" } };
  const manifest = { name, version, description, license, type: "module", engines, exports, types: "./index.d.ts", main: "./index.js" };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", target], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  rmSync(folder, { recursive: true });
}
