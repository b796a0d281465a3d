// Where the source of a program is that Node runs: the TypeScript that its JavaScript was compiled from.
// Reads source maps and looks beside the file; runs nothing and compiles nothing.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Refused } from "./api_server.ts";

const TYPESCRIPT = /\.[mc]?ts$/;
const JAVASCRIPT = /\.([mc]?)js$/;
const MAP = /^\/\/# sourceMappingURL=(\S+)\s*$/gm;
const INLINE = /^data:application\/json[^,]*;base64,/;

/** The source of the program at `main`, which is `process.argv[1]`. Throws Refused: it is not to be found. */
export function sourceOf(main: string | undefined): string {
  const found = main === undefined ? undefined : candidates(entry(main)).find((path) => TYPESCRIPT.test(path) && existsSync(path));
  if (found !== undefined) return found;
  throw new Refused(
    `the TypeScript source of ${main ?? "this program"} is not to be found, and it is what runs on the cluster`,
    'keep it beside the .js file, or compile with "sourceMap": true in tsconfig.json',
  );
}

/** What Node has loaded for an argument, which may lack its extension or be a link. */
function entry(main: string): string {
  const path = [main, `${main}.js`, `${main}.mjs`, `${main}.cjs`, resolve(main, "index.js")].find((one) => JAVASCRIPT.test(one) && existsSync(one));
  return realpathSync(path ?? main);
}

function candidates(path: string): string[] {
  return TYPESCRIPT.test(path) ? [path] : [...mapped(path), path.replace(JAVASCRIPT, ".$1ts")];
}

/** The first source that the file's source map names. */
function mapped(path: string): string[] {
  const link = [...readFileSync(path, "utf8").matchAll(MAP)].at(-1)?.[1];
  if (link === undefined) return [];
  try {
    const file = resolve(dirname(path), decodeURIComponent(link));
    const text = INLINE.test(link) ? Buffer.from(link.replace(INLINE, ""), "base64").toString() : readFileSync(file, "utf8");
    const { sources, sourceRoot } = JSON.parse(text) as { sources: string[]; sourceRoot?: string };
    const from = dirname(INLINE.test(link) ? path : file);
    return sources.slice(0, 1).map((source) => resolve(from, sourceRoot ?? "", source));
  } catch {
    return []; // a map that cannot be read says nothing
  }
}
