// Declarations that the compiler's checker reads: TypeScript's own, and those of `lightflus-api` made from src/.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript-compiler-api";

const ROOT = "lib.es2023.d.ts";

/** Copies `lib.es2023.d.ts` and every library file that it refers to. */
export function copyTypeScriptLibrary(modules, target) {
  const from = join(modules, "typescript-compiler-api/lib");
  const wanted = new Set([ROOT]);
  mkdirSync(target, { recursive: true });
  for (const name of wanted) {
    for (const [, lib] of readFileSync(join(from, name), "utf8").matchAll(/<reference lib="([^"]+)"/g)) wanted.add(`lib.${lib}.d.ts`);
    cpSync(join(from, name), join(target, name));
  }
}

/** Writes the declarations of a program, `index.d.ts` for its `index.ts`. Fails on any complaint of TypeScript. */
export function writeDeclarations(entry, target) {
  const options = {
    strict: true, declaration: true, emitDeclarationOnly: true, stripInternal: true, allowImportingTsExtensions: true, skipLibCheck: true,
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts"], types: ["node"], rootDir: dirname(entry), outDir: target,
  };
  const program = ts.createProgram([entry], options);
  rmSync(target, { recursive: true, force: true });
  const { diagnostics } = program.emit(undefined, (path, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replace(/(from\s+"\.[^"]*)\.ts(")/g, "$1.js$2"));
  });
  const complaints = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (complaints.length) throw new Error(complaints.map((d) => describe(d)).join("\n"));
}

function describe(d) {
  const text = ts.flattenDiagnosticMessageText(d.messageText, "\n");
  if (!d.file) return text;
  const { line, character } = d.file.getLineAndCharacterOfPosition(d.start ?? 0);
  return `${relative(process.cwd(), d.file.fileName)}:${line + 1}:${character + 1}: ${text}`;
}
