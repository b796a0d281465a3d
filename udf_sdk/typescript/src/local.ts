// Runs a job under Node, record by record: for a debugger, for tests, and for comparing with the compiled module.
// Inputs come from the caller (`runLocal`) or from files named in LIGHTFLUS_INPUT; in the latter case results are
// printed. Without LIGHTFLUS_INPUT, where LIGHTFLUS_ENDPOINT names a cluster, the program is deployed there (deploy.ts).
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "./deploy.ts";
import { clear, nameOf, setRunner } from "./flow.ts";
import type { Flow, ReadSource, Row } from "./flow.ts";
import { keyText } from "./records.ts";

/** Records of a source that is read in several splits: partitions of a topic, files of a folder. */
export class Splits {
  /** @internal */
  readonly lists: readonly (readonly unknown[])[];

  private constructor(lists: readonly (readonly unknown[])[]) {
    this.lists = lists;
  }

  /**
   * @example runLocal(main, { views: Splits.of([{ page: "/", at: 0 }], [{ page: "/", at: 5 }]) })
   */
  static of(...lists: readonly (readonly unknown[])[]): Splits {
    return new Splits(lists);
  }
}

/** Records by the source's name: `name(x)`, else its topic. A list is one split. */
export type LocalInputs = Readonly<Record<string, readonly unknown[] | Splits>>;

/** What a sink was given for one record: its fields by name, such as `key` and `value`. */
export type Written = Row;

/** Everything written, in order, by the sink's name: `name(x)`, else its topic, stream or table, else the connector's kind. */
export type LocalResults = Record<string, Written[]>;

/**
 * Builds a job with `main` and runs it on the inputs.
 *
 * @param main builds and executes the job; importing its file does that too: `() => import("./wordCount.ts")`
 * @param inputs records by the source's name
 * @returns what the sinks were given
 * @example const { redis } = await runLocal(() => import("./wordCount.ts"), { topic: ["hello world"] });
 */
export async function runLocal(main: () => unknown, inputs: LocalInputs): Promise<LocalResults> {
  clear();
  const results: LocalResults = {};
  let failure: unknown;
  let hasFailed = false;
  setRunner((flows) => {
    try {
      run(flows, (name) => listsOf(inputs[name] ?? []), results);
    } catch (error) {
      failure = error;
      hasFailed = true;
    }
  });
  await main();
  await new Promise((resolve) => setImmediate(resolve));
  setRunner(runFromEnvironment);
  if (hasFailed) throw failure;
  return results;
}

function listsOf(given: readonly unknown[] | Splits): readonly (readonly unknown[])[] {
  return given instanceof Splits ? given.lists : [given];
}

/** Pulls every flow dry. */
function run(flows: readonly Flow[], splitsOf: (name: string) => readonly (readonly unknown[])[], results: LocalResults): void {
  const read: ReadSource = (source) => splitsOf(nameOf(source));
  for (const flow of flows) {
    const written = (results[nameOf(flow.sink)] ??= []);
    for (const item of flow.pull(read)) written.push(flow.write(item.value));
  }
}

const HELP =
  "LIGHTFLUS_INPUT says what the job reads when Node runs it: LIGHTFLUS_INPUT='topic=lines.txt' (several: 'a=one.txt;b=two.jsonl'; " +
  "'-' is standard input, a folder's files are splits; .json, .jsonl and .ndjson files hold one JSON value a line); " +
  "LIGHTFLUS_ENDPOINT=localhost:8080 sends it to a cluster instead";

/** `topic=file` pairs of LIGHTFLUS_INPUT. */
function bindings(): Map<string, string> {
  const text = process.env["LIGHTFLUS_INPUT"];
  if (!text) throw new Error(`nothing to read. ${HELP}`);
  const pairs = text.split(";").filter((part) => part.trim() !== "");
  return new Map(
    pairs.map((part) => {
      const at = part.indexOf("=");
      if (at < 1) throw new Error(`'${part}' is not name=file. ${HELP}`);
      return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    }),
  );
}

/** The file, or those of the folder. */
function filesOf(path: string): string[] {
  if (path === "-" || !statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().map((name) => join(path, name));
}

/** The records of a file: lines, or JSON values. Line ends and a byte order mark are not part of them. */
function readRecords(path: string): unknown[] {
  const text = readFileSync(path === "-" ? 0 : path, "utf8").replace(/^\ufeff/, "");
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  if (!/\.(json|jsonl|ndjson)$/.test(path)) return lines;
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as unknown);
}

/** What `execute()` does in a program that Node runs by itself: what the environment says. */
function runFromEnvironment(flows: readonly Flow[], namespace: string): void | Promise<void> {
  const endpoint = process.env["LIGHTFLUS_ENDPOINT"];
  if (endpoint && !process.env["LIGHTFLUS_INPUT"]) return deploy(endpoint, namespace);
  runOnFiles(flows);
}

/** Reads the bound files and prints what was written, of a sink with a key the last row of each. */
function runOnFiles(flows: readonly Flow[]): void {
  const files = bindings();
  const results: LocalResults = {};
  const splitsOf = (name: string): unknown[][] => {
    const path = files.get(name);
    if (path === undefined) throw new Error(`the source '${name}' is not bound to a file. ${HELP}`);
    return filesOf(path).map(readRecords);
  };
  run(flows, splitsOf, results);
  for (const flow of flows) {
    const sink = nameOf(flow.sink);
    for (const row of standing(results[sink] ?? [], flow.keys)) console.log(jsonText({ sink, ...row }));
  }
}

/** The last row of each key, in the order in which the keys came first; every row where there is no key. */
function standing(rows: readonly Row[], keys: readonly string[]): Iterable<Row> {
  if (keys.length === 0) return rows;
  return new Map(rows.map((row) => [keyText(keys.map((name) => row[name])), row])).values();
}

/** JSON with bigints as numbers, as the engine writes them. */
function jsonText(row: Row): string {
  const bigints: string[] = [];
  const mark = "\u0000bigint";
  const text = JSON.stringify(row, (_name, v: unknown) => (typeof v === "bigint" ? (bigints.push(`${v}`), mark) : v));
  return text.replaceAll(JSON.stringify(mark), () => bigints.shift() as string);
}

setRunner(runFromEnvironment);
