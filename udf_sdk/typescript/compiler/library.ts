// The AssemblyScript that a module is made of besides the user's own: ours, and the number formatter.
//
// The only file of the compiler, with `main.ts`, that touches the disk. Names are those by which lowered text imports:
// `assembly/streams.ts` is `~lf/streams`, the formatter is `xjb-as/...`.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the library's sources lie, beside the compiler in every build. */
const FOLDER = fileURLToPath(new URL("../assembly/", import.meta.url));

/** Library text by import name. */
export function loadLibrary(folder: string = FOLDER): Map<string, string> {
  const library = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true })) {
    const path = String(entry).replaceAll("\\", "/");
    if (!path.endsWith(".ts")) continue;
    const name = path.slice(0, -3);
    library.set(name.startsWith("xjb-as/") ? name : `~lf/${name}`, readFileSync(`${folder}/${path}`, "utf8"));
  }
  return library;
}
