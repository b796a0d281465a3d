// What lies beside the compiler on the disk: the AssemblyScript that a module is made of besides the user's own (ours, and
// the number formatter), TypeScript's library declarations, and the declarations of `lightflus-api`.
//
// The only file of the compiler, with `main.ts`, that touches the disk. Library names are those by which lowered text
// imports: `assembly/streams.ts` is `~lf/streams`, the formatter is `xjb-as/...`.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const beside = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url)).replaceAll("\\", "/");

/** The declarations that the checker needs: the folder of `lib.es2022.d.ts`, and the entry of `lightflus-api`. */
export function installation(): { libFolder: string; apiTypes: string } {
  return { libFolder: beside("lib"), apiTypes: beside("types/index.d.ts") };
}

/** Library text by import name. */
export function loadLibrary(folder: string = beside("assembly")): Map<string, string> {
  const library = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true })) {
    const path = String(entry).replaceAll("\\", "/");
    if (!path.endsWith(".ts")) continue;
    const name = path.slice(0, -3);
    library.set(name.startsWith("xjb-as/") ? name : `~lf/${name}`, readFileSync(`${folder}/${path}`, "utf8"));
  }
  return library;
}
