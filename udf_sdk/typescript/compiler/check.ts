// Opens the user's program: which files it has, what TypeScript itself says about it, and which declarations are whose
// (the user's, the TypeScript library's, lightflus-api's). Owns the compiler options. Reads files only through `Sources`.
import ts from "typescript-compiler-api";
import { method, refused } from "./builtins.ts";
import type { Family } from "./builtins_table.ts";
import { complaint } from "./codes.ts";
import { Diagnostics, flatten } from "./diagnostics.ts";
import type { Complaint } from "./diagnostics.ts";

/** Where files come from: the disk, or memory. Paths are absolute, with `/`. */
export interface Sources {
  read(path: string): string | undefined;
  exists(path: string): boolean;
}

/** What travels with the compiler. */
export interface Installation {
  /** Folder of `lib.es2023.d.ts` and its like. */
  readonly libFolder: string;
  /** The file whose exports are the package `lightflus-api`; everything in its folder belongs to it. */
  readonly apiTypes: string;
}

/** A checked program. */
export interface Program {
  readonly checker: ts.TypeChecker;
  /** The user's files in the order in which TypeScript found them: imported before importing. */
  readonly files: readonly ts.SourceFile[];
  readonly entry: ts.SourceFile;
  /** The path of a file in messages and in the module: relative to the entry's folder. */
  pathOf(file: ts.SourceFile): string;
  isLibrary(symbol: ts.Symbol | undefined): boolean;
  isApi(symbol: ts.Symbol | undefined): boolean;
  /** A class, or an interface that a class implements. */
  isClassLike(symbol: ts.Symbol): boolean;
}

const GLOBALS = "/~lf/globals.d.ts";
const GLOBALS_TEXT = `
interface Console { log(...values: unknown[]): void; debug(...values: unknown[]): void; info(...values: unknown[]): void;
  warn(...values: unknown[]): void; error(...values: unknown[]): void; }
declare var console: Console;
interface ErrorConstructor { captureStackTrace(target: object, from?: unknown): void; }
interface ArrayConstructor { isArray(value: unknown): value is unknown[]; }
interface String { replace(pattern: RegExp, replacer: (match: string, ...groups: string[]) => string): string;
  replaceAll(pattern: RegExp, replacer: (match: string, ...groups: string[]) => string): string; }
`;

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ["lib.es2023.d.ts"],
  types: [],
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noErrorTruncation: true,
};

/** Parses and checks; TypeScript's own errors are in `diagnostics`. */
export function openProgram(
  entry: string,
  sources: Sources,
  installation: Installation,
): { program: Program | undefined; diagnostics: Diagnostics } {
  const api = installation.apiTypes.slice(0, installation.apiTypes.lastIndexOf("/") + 1);
  const options = { ...OPTIONS, paths: { "lightflus-api": [installation.apiTypes] } };
  const compiled = ts.createProgram([entry, GLOBALS], options, compilerHost(options, sources, installation));
  const root = entry.slice(0, entry.lastIndexOf("/") + 1);
  const pathOf = (file: ts.SourceFile): string => relative(root, file.fileName);
  const diagnostics = new Diagnostics(pathOf);
  const main = compiled.getSourceFile(entry);
  if (main === undefined) {
    diagnostics.addGlobal(complaint("LF001", `cannot read '${entry}'`));
    return { program: undefined, diagnostics };
  }
  for (const d of ts.getPreEmitDiagnostics(compiled)) report(d, diagnostics);
  const files = compiled.getSourceFiles().filter((f) => !f.isDeclarationFile && !f.fileName.startsWith(api));
  const declaredIn = (symbol: ts.Symbol | undefined, test: (file: ts.SourceFile) => boolean): boolean =>
    symbol?.declarations?.some((d) => test(d.getSourceFile())) ?? false;
  const implemented = implementedInterfaces(files, compiled.getTypeChecker());
  const program: Program = {
    checker: compiled.getTypeChecker(),
    files,
    entry: main,
    pathOf,
    isLibrary: (symbol) => declaredIn(symbol, (f) => compiled.isSourceFileDefaultLibrary(f) || f.fileName === GLOBALS),
    isApi: (symbol) => declaredIn(symbol, (f) => f.fileName.startsWith(api)),
    isClassLike: (symbol) => (symbol.flags & ts.SymbolFlags.Class) !== 0 || implemented.has(symbol),
  };
  return { program, diagnostics };
}

function compilerHost(options: ts.CompilerOptions, sources: Sources, installation: Installation): ts.CompilerHost {
  const readFile = (path: string): string | undefined => (path === GLOBALS ? GLOBALS_TEXT : sources.read(path));
  return {
    readFile,
    fileExists: (path) => path === GLOBALS || sources.exists(path),
    getSourceFile: (path, language) => {
      const text = readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, language, true);
    },
    getDefaultLibFileName: () => `${installation.libFolder}/${ts.getDefaultLibFileName(options)}`,
    getDefaultLibLocation: () => installation.libFolder,
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => undefined,
  };
}

/** The path of `file` seen from the folder `root`. */
function relative(root: string, file: string): string {
  const from = root.split("/").slice(0, -1);
  const to = file.split("/");
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  return [...from.slice(same).map(() => ".."), ...to.slice(same)].join("/");
}

/** Interfaces that classes implement: more than the shape of a record. */
function implementedInterfaces(files: readonly ts.SourceFile[], checker: ts.TypeChecker): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>();
  const add = (type: ts.Type): void => {
    if (type.symbol === undefined || !(type.symbol.flags & ts.SymbolFlags.Interface)) return;
    found.add(type.symbol);
    for (const base of type.getBaseTypes() ?? []) add(base);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) {
      for (const t of node.types) add(checker.getTypeAtLocation(t));
    }
    ts.forEachChild(node, visit);
  };
  files.forEach(visit);
  return found;
}

function report(diagnostic: ts.Diagnostic, into: Diagnostics): void {
  const what = translated(diagnostic);
  if (diagnostic.file === undefined || diagnostic.start === undefined) into.addGlobal(what);
  else into.add(diagnostic.file, diagnostic.start, what);
}

const CANNOT_FIND_MODULE = 2307;
const CANNOT_FIND_NAME: ReadonlySet<number> = new Set([2304, 2552, 2580, 2582, 2583, 2584, 2591, 2592, 2593, 2868]);
/** Advice that a job cannot follow: it has no compiler options, and installs no types. */
const UNFIT_ADVICE = /[^.]*\b(compiler option|target library|type definitions|tsconfig|--\w+)\b[^]*$/;

/** What is said of what is put into a list that began as `[]`. */
const EMPTY_LIST = /is not assignable to (?:parameter of )?type 'never(?:\[\])?'\./;
const OF_EMPTY_LIST = "a list that begins as [] needs its type: create: (): string[] => [], or const list: string[] = []";

/** TypeScript's error, or ours where ours knows a way out that fits a job. */
function translated(diagnostic: ts.Diagnostic): Complaint {
  const message = flatten(diagnostic.messageText);
  const isUnfit = UNFIT_ADVICE.test(message);
  const name = /Cannot find name '([^']+)'/.exec(message)?.[1];
  if (name !== undefined && !name.includes(":") && CANNOT_FIND_NAME.has(diagnostic.code)) {
    const known = refused(name);
    if (known.code !== "LF409" || isUnfit) return known;
  }
  const module = /Cannot find (?:module|name) '([^']+)'/.exec(message)?.[1];
  if (module?.endsWith(".json")) return complaint("LF311", `'${module}' cannot be imported in a job`, "write its values into a const of a .ts file");
  if (module !== undefined && !module.startsWith(".") && (diagnostic.code === CANNOT_FIND_MODULE || module.startsWith("node:")))
    return complaint("LF311", `package '${module}' cannot be used in a job`);
  const [, property, type] = (isUnfit && /Property '([^']+)' does not exist on type '([^']+)'/.exec(message)) || [];
  if (property !== undefined && type !== undefined) return missingMethod(property, type);
  return { code: `TS${diagnostic.code}`, message: isUnfit ? message.replace(UNFIT_ADVICE, "") : message, hint: EMPTY_LIST.test(message) ? OF_EMPTY_LIST : "" };
}

/** A method of a JavaScript that is younger than a job's. */
function missingMethod(name: string, type: string): Complaint {
  const owner = type.replace(/<.*/, "").replace(/Constructor$/, "");
  const family = type.endsWith("[]") ? "array" : FAMILIES.find((f) => owner.toLowerCase().replace(/^readonly/, "") === f);
  if (family === undefined || type.endsWith("Constructor")) return refused(`${owner}.${name}`);
  const answer = method(family, name, { count: 0, spread: false });
  return "refusal" in answer ? answer.refusal : refused(name);
}

const FAMILIES: readonly Family[] = ["string", "array", "map", "set", "number", "bigint", "boolean", "date"];
