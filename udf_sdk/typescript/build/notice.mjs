// NOTICE of the bundle: which packages are inside, and their licences word for word.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(licen[cs]e|notice|copying|thirdpartynotice)/i;

/** Writes the notice for packages of `modules`, in the order given. */
export function writeNotice(modules, packages, target) {
  const parts = packages.map((name) => describe(join(modules, name)));
  writeFileSync(target, `This folder contains the following packages.\n\n${parts.join("\n")}`);
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((f) => LICENCE_FILE.test(f)).sort();
  if (!files.length) throw new Error(`${name} has no licence file`);
  const texts = files.filter((f) => existsSync(join(folder, f))).map((f) => readFileSync(join(folder, f), "utf8").trim());
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n${"=".repeat(80)}\n\n${texts.join("\n\n")}\n`;
}
