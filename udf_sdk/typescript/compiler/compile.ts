// The whole way from a job's file to a module: check, lower, assemble. Knows no disk and no command line.
import { assemble } from "./assemble.ts";
import type { AscDiagnostic } from "./assemble.ts";
import type { MapPlace } from "./sourcemap.ts";
import { openProgram } from "./check.ts";
import type { Installation, Sources } from "./check.ts";
import { complaint } from "./codes.ts";
import type { Diagnostic, Diagnostics } from "./diagnostics.ts";
import { InternalError } from "./lower/context.ts";
import { lowerProgram } from "./lower/program.ts";
import type { Lowered } from "./lower/program.ts";
import { checkOrder } from "./main_order.ts";
import { checkPurity } from "./purity.ts";
import { checkStarts } from "./starts.ts";
import { sourceOffset } from "./writer.ts";

export interface CompileOptions {
  readonly sources: Sources;
  readonly installation: Installation;
  /** Library text by import name; not needed to check only. */
  readonly library: () => ReadonlyMap<string, string>;
  readonly optimize?: 0 | 1 | 2 | 3;
  /** Stop before asc. */
  readonly checkOnly?: boolean;
}

export interface Compiled {
  /** The module; null with errors, or when only checked. */
  readonly wasm: Uint8Array | null;
  readonly diagnostics: readonly Diagnostic[];
  /** The user's files, as absolute paths. */
  readonly userFiles: readonly string[];
  /** Lowered text by path, for --print-as. */
  readonly files: ReadonlyMap<string, string>;
  /** Milliseconds per phase. */
  readonly times: Readonly<Record<string, number>>;
}

/** Compiles the job in a file (absolute path). */
export async function compile(entry: string, options: CompileOptions): Promise<Compiled> {
  const start = performance.now();
  const { program, diagnostics } = openProgram(entry, options.sources, options.installation);
  const checked = performance.now();
  const times: Record<string, number> = { check: checked - start };
  const userFiles = program?.files.map((f) => f.fileName) ?? [];
  const nothing = { wasm: null, files: new Map<string, string>(), userFiles, times };
  if (program === undefined || !diagnostics.isEmpty) return { ...nothing, diagnostics: diagnostics.list() };
  const lowered = lowerSafely(program, diagnostics);
  times["lower"] = performance.now() - checked;
  if (lowered === undefined || !diagnostics.isEmpty)
    return { ...nothing, files: lowered?.files ?? nothing.files, diagnostics: diagnostics.list() };
  if (options.checkOnly === true) return { ...nothing, files: lowered.files, diagnostics: [] };
  const library = options.library();
  const assembled = await assemble(lowered.files, lowered.entry, {
    library,
    optimize: options.optimize ?? 2,
    toUser: toUser(lowered),
    exports: lowered.exports,
    catches: lowered.catches,
  });
  times["load"] = assembled.times.load;
  times["asc"] = assembled.times.asc;
  for (const d of assembled.diagnostics) if (d.isError) internal(d, lowered, diagnostics);
  return { wasm: assembled.wasm, files: lowered.files, userFiles, times, diagnostics: diagnostics.list() };
}

function lowerSafely(program: Parameters<typeof lowerProgram>[0], diagnostics: Diagnostics): Lowered | undefined {
  try {
    checkPurity(program, diagnostics);
    checkStarts(program, diagnostics);
    checkOrder(program, diagnostics);
    return lowerProgram(program, diagnostics);
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    diagnostics.add(
      error.node.getSourceFile(),
      error.node.getStart(),
      complaint("LF900", `internal error: ${error.message}`),
    );
    return undefined;
  }
}

/** What asc says of a variable that main reads before it has a value; JavaScript would say it when it runs. */
const USED_TOO_EARLY = 2448;

/** An error of asc in lowered text is ours, whatever the user wrote; but for the order of main, which is checked there. */
function internal(d: AscDiagnostic, lowered: Lowered, diagnostics: Diagnostics): void {
  const unit = lowered.units.get(d.file);
  const what =
    d.code === USED_TOO_EARLY
      ? complaint("LF203", "this is used by a statement that runs before the variable has its value", "declare it above that statement")
      : complaint(
          "LF900",
          `internal error: the generated program is wrong here (AS${d.code}: ${d.message}${unit === undefined ? `, ${d.file}` : ""})`,
        );
  if (unit === undefined) diagnostics.addGlobal(what);
  else diagnostics.add(unit.source, Math.min(sourceOffset(unit.rendered, d.start), unit.source.end - 1), what);
}

/** Places in lowered text -> places in the user's, both from 0. */
function toUser(lowered: Lowered): MapPlace {
  const starts = new Map([...lowered.units].map(([path, { rendered }]) => [path, lineStarts(rendered.text)]));
  return (file, line, column) => {
    const unit = lowered.units.get(file);
    if (unit === undefined) return { line, column };
    const offset = sourceOffset(unit.rendered, (starts.get(file)?.[line] ?? 0) + column);
    const place = unit.source.getLineAndCharacterOfPosition(offset);
    return { file: unit.path, line: place.line, column: place.character };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}
