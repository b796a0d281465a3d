// What the compiler says to a person: one shape for TypeScript's own errors, for ours and for internal ones, one text format.
// Owns the collecting (sorted, no repeats) and the formatting; the codes and their ways out are in codes.ts.
import ts from "typescript-compiler-api";

/** One problem, at a place of the user's file (1-based). `source` is the user's line, `hint` the way out. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
  readonly source: string;
  readonly hint: string;
}

/** What is said about a node, before its place is known. */
export interface Complaint {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Thrown to leave the statement that cannot be lowered; its complaint has been reported. */
export class Refused extends Error {}

/** Collects diagnostics. */
export class Diagnostics {
  readonly #all = new Map<string, Diagnostic>();
  readonly #muted = new Set<string>();
  readonly #pathOf: (file: ts.SourceFile) => string;

  constructor(pathOf: (file: ts.SourceFile) => string) {
    this.#pathOf = pathOf;
  }

  get count(): number {
    return this.#all.size;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** What would be said at the place has been said elsewhere, better. */
  mute(file: ts.SourceFile, offset: number): void {
    this.#muted.add(`${file.fileName}:${offset}`);
  }

  /** Reports something at an offset of a file. The same place is complained about once. */
  add(file: ts.SourceFile, offset: number, complaint: Complaint): void {
    const { line, character } = file.getLineAndCharacterOfPosition(offset);
    const path = this.#pathOf(file);
    const key = `${path}:${line}:${character}`;
    if (this.#all.has(key) || this.#muted.has(`${file.fileName}:${offset}`)) return;
    const source = file.text.slice(file.getLineStarts()[line], file.getLineEndOfPosition(offset)).trimEnd();
    this.#all.set(key, { file: path, line: line + 1, column: character + 1, source, ...complaint });
  }

  /** Reports something without a place. */
  addGlobal(complaint: Complaint): void {
    this.#all.set(complaint.message, { file: "", line: 0, column: 0, source: "", ...complaint });
  }

  /** All of them, by file, line and column. */
  list(): Diagnostic[] {
    return [...this.#all.values()].sort((a, b) =>
      a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
    );
  }
}

/** `file:line:column - error CODE: text`, the user's line with a caret under the place, and the way out. */
export function format(diagnostic: Diagnostic): string {
  const { file, line, column, code, message, source, hint } = diagnostic;
  const lines = [file === "" ? `error ${code}: ${message}` : `${file}:${line}:${column} - error ${code}: ${message}`];
  if (source !== "") {
    const indent = source.slice(0, column - 1).replace(/[^\t]/g, " ");
    lines.push("", `  ${source}`, `  ${indent}^`);
  }
  if (hint !== "") lines.push(`  way out: ${hint}`);
  return lines.join("\n");
}

/** TypeScript's nested message as one text. */
export function flatten(message: string | ts.DiagnosticMessageChain): string {
  return ts.flattenDiagnosticMessageText(message, "\n");
}
