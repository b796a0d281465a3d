// The command line, started as a subprocess by `lightflus build`: files in, one JSON object or text for people out.
// With library.ts the only file of the compiler that touches the disk.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Sources } from "./check.ts";
import { compile } from "./compile.ts";
import type { Compiled } from "./compile.ts";
import { format } from "./diagnostics.ts";
import { installation, loadLibrary } from "./library.ts";

const USAGE = `usage: build JOB.ts --out JOB.wasm [--json] [--print-as] [-O 0..3]
       check JOB.ts [--json] [--print-as]`;

/** Runs a command; answers the exit code: 0 done, 1 errors in the program, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const command = parse(args);
  if (command === undefined) {
    say(USAGE);
    return 2;
  }
  const entry = slashes(resolve(command.job));
  const compiled = await compile(entry, {
    sources: disk,
    installation: installation(),
    library: loadLibrary,
    optimize: command.optimize,
    checkOnly: command.checkOnly,
  });
  if (compiled.wasm !== null && command.out !== undefined) writeFileSync(command.out, compiled.wasm);
  print(
    { ...compiled, diagnostics: compiled.diagnostics.map((d) => ({ ...d, file: fromHere(entry, d.file) })) },
    command,
  );
  return compiled.diagnostics.length === 0 ? 0 : 1;
}

interface Command {
  readonly job: string;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly printAs: boolean;
  readonly checkOnly: boolean;
  readonly optimize: 0 | 1 | 2 | 3;
}

function parse(args: readonly string[]): Command | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: "string", short: "o" },
        json: { type: "boolean" },
        "print-as": { type: "boolean" },
        optimize: { type: "string", short: "O" },
      },
    });
    const [name, job, ...more] = positionals;
    const level = Number(values.optimize ?? "2");
    if (job === undefined || more.length > 0 || (name !== "build" && name !== "check") || ![0, 1, 2, 3].includes(level))
      return undefined;
    if (name === "build" && values.out === undefined) return undefined;
    const optimize = level as 0 | 1 | 2 | 3;
    return {
      job,
      out: values.out,
      json: values.json ?? false,
      printAs: values["print-as"] ?? false,
      checkOnly: name === "check",
      optimize,
    };
  } catch {
    return undefined;
  }
}

const disk: Sources = {
  exists: (path) => existsSync(path) && statSync(path).isFile(),
  read: (path) => (disk.exists(path) ? readFileSync(path, "utf8") : undefined),
};

/** The file of a diagnostic as the caller can open it: from its own folder, or from the root when it lies outside. */
function fromHere(entry: string, file: string): string {
  if (file === "") return "";
  const path = resolve(dirname(entry), file);
  const near = relative(process.cwd(), path);
  return slashes(near.startsWith("..") ? path : near);
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}

function print(compiled: Compiled, command: Command): void {
  const ok = compiled.diagnostics.length === 0;
  if (command.printAs) for (const [path, text] of compiled.files) say(`// ----- ${path}\n${text}`);
  if (command.json) {
    const times = Object.fromEntries(Object.entries(compiled.times).map(([phase, ms]) => [phase, Math.round(ms)]));
    const wasm = ok && command.out !== undefined ? command.out : null;
    process.stdout.write(
      `${JSON.stringify({ ok, wasm, diagnostics: compiled.diagnostics, files: compiled.userFiles, times })}\n`,
    );
    return;
  }
  for (const d of compiled.diagnostics) say(`${format(d)}\n`);
  if (!ok) say(`${compiled.diagnostics.length} error${compiled.diagnostics.length === 1 ? "" : "s"}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
