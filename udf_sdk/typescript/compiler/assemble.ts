// Drives asc: lowered text in, a wasm module out.
//
// A function over a virtual file system: what it reads is in its arguments. Our arena takes the place of asc's smallest
// runtime; only portable wasm features are on; names are kept; the source map is cut down to the user's files and rides
// in the module. Says what asc said in its own offsets; turning that into the user's places is the caller's.
import type * as Asc from "assemblyscript/asc";
import { withoutSection, withSection } from "./sections.ts";
import { cutSourceMap, type MapPlace } from "./sourcemap.ts";

export interface AssembleOptions {
  /** Library text by import name (`loadLibrary`). */
  readonly library: ReadonlyMap<string, string>;
  /** asc's optimisation level; 2 unless told. */
  readonly optimize?: 0 | 1 | 2 | 3;
  /** Turns places in lowered text into the user's, for the source map; the identity unless told. */
  readonly toUser?: MapPlace;
  /** The program has a `try`. */
  readonly catches?: boolean;
  /** Exports of `assembly/exports.ts` besides those that every module has. */
  readonly exports?: ReadonlySet<string>;
}

/** What asc says about lowered text. Offsets are UTF-16 units in the lowered file; file "" = nowhere. */
export interface AscDiagnostic {
  readonly message: string;
  readonly code: number;
  readonly isError: boolean;
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface Assembled {
  /** The module, or null if there is an error among the diagnostics. */
  readonly wasm: Uint8Array | null;
  readonly diagnostics: readonly AscDiagnostic[];
  /** Milliseconds: loading asc, running it. */
  readonly times: { readonly load: number; readonly asc: number };
}

const ENTRY = "~entry.ts";
const RECORDS = "~lf/records";
const EXPORTS = "lf_abi_v1 lf_describe lf_row lf_alloc lf_reset lf_apply lf_fold".split(" ");
const ERROR = 3;

/** Compiles lowered files (paths relative to the project, and `~lf/records.ts`) into a module. */
export async function assemble(
  files: ReadonlyMap<string, string>,
  entry: string,
  options: AssembleOptions,
): Promise<Assembled> {
  const start = performance.now();
  const asc = await import("assemblyscript/asc");
  const loaded = performance.now();
  installLibrary(asc.libraryFiles, files, options.library);
  const outputs = new Map<string, string | Uint8Array>();
  const diagnostics: AscDiagnostic[] = [];
  const sink = { write: () => true };
  const catches = options.catches ?? false;
  const transforms = catches ? [{ afterCompile: (await import("./unwinding.ts")).unwind }] : [];
  const result = await asc.main(ascArguments(options.optimize ?? 2, catches), {
    transforms: transforms as unknown as NonNullable<Asc.APIOptions["transforms"]>,
    readFile: (name) => readVirtual(files, entry, [...EXPORTS, ...(options.exports ?? [])], name),
    writeFile: (name, contents) => void outputs.set(name, contents),
    listFiles: () => [],
    stdout: sink,
    stderr: sink,
    reportDiagnostic: (d) => void diagnostics.push(toDiagnostic(d)),
  });
  const times = { load: loaded - start, asc: performance.now() - loaded };
  if (result.error && !diagnostics.some((d) => d.isError)) diagnostics.push(failure(String(result.error)));
  const wasm = outputs.get("module.wasm");
  if (diagnostics.some((d) => d.isError) || !(wasm instanceof Uint8Array)) return { wasm: null, diagnostics, times };
  const map = String(outputs.get("module.wasm.map"));
  return { wasm: finish(wasm, map, files, options), diagnostics, times };
}

function ascArguments(optimize: number, catches: boolean): string[] {
  const use = ["--use", "abort=~lib/~lf/host/onAbort", "--use", `LF_CATCHES=${catches ? 1 : 0}`];
  const flags = ["--exportStart", "_initialize", ...use, "--disable", "simd"];
  const debug = ["--debug", "--sourceMap", "./module.wasm.map"];
  const level = ["--optimizeLevel", String(optimize), "--noAssert"];
  return [ENTRY, "--outFile", "module.wasm", "--runtime", "stub", ...flags, ...debug, ...level];
}

/** asc keeps its library in one table of the process; ours is added to it, and the records of this program. */
function installLibrary(
  table: Record<string, string>,
  files: ReadonlyMap<string, string>,
  library: ReadonlyMap<string, string>,
): void {
  for (const [name, text] of library) table[name] = text;
  table["rt/stub"] = library.get("~lf/arena") ?? "";
  table["lightflus-api/index"] = 'export * from "~lf/index";\n';
  table[RECORDS] = files.get(`${RECORDS}.ts`) ?? "";
}

function readVirtual(files: ReadonlyMap<string, string>, entry: string, exports: readonly string[], name: string): string | null {
  const path = name.replaceAll("\\", "/").replace(/^\.\//, "");
  if (path !== ENTRY) return files.get(path) ?? null;
  return `import "./${entry.replace(/\.ts$/, "")}";\nexport { ${exports.join(", ")} } from "~lf/exports";\n`;
}

function toDiagnostic(d: Asc.DiagnosticMessage): AscDiagnostic {
  const file = d.range?.source?.normalizedPath ?? "";
  const range = { start: d.range?.start ?? 0, end: d.range?.end ?? 0 };
  return { message: d.message, code: d.code, isError: d.category === ERROR, file, ...range };
}

function failure(message: string): AscDiagnostic {
  return { message, code: 0, isError: true, file: "", start: 0, end: 0 };
}

function finish(
  wasm: Uint8Array,
  map: string,
  files: ReadonlyMap<string, string>,
  options: AssembleOptions,
): Uint8Array {
  const users = new Set([...files.keys()].filter((file) => !file.startsWith("~")));
  const cut = cutSourceMap(map, users, options.toUser ?? ((_file, line, column) => ({ line, column })));
  return withSection(withoutSection(wasm, "sourceMappingURL"), "lightflus.sourcemap", Buffer.from(cut, "utf8"));
}
