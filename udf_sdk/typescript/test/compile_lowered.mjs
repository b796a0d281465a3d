// Compiles text that is already lowered (test/lowered/), for tests of the AssemblyScript library without a front end.
import { readFileSync } from "node:fs";
import v8 from "node:v8";

v8.setFlagsFromString("--liftoff-only"); // a cold asc spends its time optimising itself

const { assemble } = await import("../.build/compiler/assemble.mjs");
const { loadLibrary } = await import("../.build/compiler/library.mjs");

const read = (name) => readFileSync(new URL(`lowered/${name}`, import.meta.url), "utf8");

/** The module of `lowered/<name>.ts` with the records of `lowered/<name>.records.ts`. Fails on any word of asc. */
export async function compileLowered(name) {
  return compileText(`${name}.ts`, read(`${name}.ts`), read(`${name}.records.ts`));
}

/** The module of a lowered program given as text. */
export async function compileText(file, text, records = "", options = {}) {
  const files = new Map([[file, text], ["~lf/records.ts", records]]);
  const { wasm, diagnostics } = await assemble(files, file, { library: loadLibrary(), optimize: 2, ...options });
  if (diagnostics.length) throw new Error(JSON.stringify(diagnostics, null, 1));
  return wasm;
}
