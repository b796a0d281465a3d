// What the compiler knows of each method of lightflus-api: who runs the functions given to it, what they are for, what its result
// must be fit for. One row per method that is out of the ordinary; all others take a value out of a record (`EXTRACTOR`), and those
// that connectors' schemas name are told their place (`WITH_POSITION`). The types
// of parameters and results are those of src/, which TypeScript reads; a new operator is declared there and gets a row here.
import ts from "typescript-compiler-api";
import type { Program } from "./check.ts";
import { WITH_POSITION } from "./generated.ts";

/** The facts of one method. */
export interface ApiMethod {
  /** Who calls a function given to it: the engine, record by record, or the method itself, once, while main runs. */
  readonly runsIn: "engine" | "main";
  /** What the function answers: records, or a value taken out of one; a plain field of it then needs no call. */
  readonly answers: "records" | "value";
  /** The function's parameter that is the record at hand, and what the fields that it reads of that are called in the graph. */
  readonly record: { readonly parameter: number; readonly as: "reads" | "readsOfRow" };
  /** Fields that the function hands on from its first parameter unchanged are told. */
  readonly keeps: boolean;
  /** The method of `assembly/` for a function written in place that hands on its rows one by one. */
  readonly emitting: string | undefined;
  /** It is told where the user wrote it, behind all its parameters, given or not. */
  readonly isPlaced: boolean;
  /** It hands the stream's records to a sink. */
  readonly writes: boolean;
  /** What the first type argument of its result is: a key, records that a source reads by their fields' names. */
  readonly yields: "key" | "read" | undefined;
  /** Members of an object that it takes, in the order in which `assembly/` has them as parameters. */
  readonly members: readonly string[];
  /** Further type arguments of the method of `assembly/`: a parameter, by number, or the result of a function given to it. */
  readonly types: readonly (readonly [fn: string, part: number | "result"])[];
  /** The method of `assembly/` where a parameter is given: by the parameter's name. */
  readonly variants: Readonly<Record<string, string>>;
  /** Exports that the module then needs, by the parameter or member that asks for it; "" = always. */
  readonly exports: Readonly<Record<string, readonly string[]>>;
  /** The fields of the records that it makes itself, in order; their type is its last type argument in `assembly/`. */
  readonly makes: readonly string[] | undefined;
  /** Functions given to it may set timers: whether they do is told. */
  readonly setsTimers: boolean;
  /** Its records are not those that the call before it hands on. */
  readonly readsSide: boolean;
  /** It belongs to stream functions: it builds nothing. */
  readonly isForRecords: boolean;
}

const EXTRACTOR: ApiMethod = {
  runsIn: "engine",
  answers: "value",
  record: { parameter: 0, as: "reads" },
  keeps: false,
  emitting: undefined,
  isPlaced: false,
  writes: false,
  yields: undefined,
  members: [],
  types: [],
  variants: {},
  exports: {},
  makes: undefined,
  setsTimers: false,
  readsSide: false,
  isForRecords: false,
};
const PLACED: ApiMethod = { ...EXTRACTOR, isPlaced: true };
const SOURCE: ApiMethod = { ...PLACED, yields: "read" };
const RECORDS: ApiMethod = { ...PLACED, answers: "records" };
const FINISHED = ["lf_finish"];
const MERGED = ["lf_finish", "lf_merge"];
const AGGREGATE: ApiMethod = { ...RECORDS, members: ["create", "add", "merge", "finish"], exports: { "": FINISHED, merge: ["lf_merge"] } };
const PROCESS: ApiMethod = { ...RECORDS, setsTimers: true, exports: { "": ["lf_process"] } };
const OF_RECORDS: ApiMethod = { ...PLACED, isForRecords: true };
const REDUCE: ApiMethod = { ...EXTRACTOR, answers: "records", keeps: true, record: { parameter: 1, as: "readsOfRow" } };

/** What is known of a member of an object of functions: which of its parameters is the record at hand. */
export function memberOf(name: string): ApiMethod {
  return name === "add" || name === "onRule" ? { ...EXTRACTOR, answers: "records", record: { parameter: 1, as: "reads" } } : { ...EXTRACTOR, answers: "records", record: { parameter: -1, as: "reads" } };
}

/** Functions of lightflus-api that a job calls, in main and in stream functions. */
export const HELPERS: ReadonlySet<string> = new Set(["millis", "seconds", "minutes", "hours", "days"]);

/** Operators by class and name; the words of connectors by their name alone, whichever class has them. */
export const METHODS: ReadonlyMap<string, ApiMethod> = new Map<string, ApiMethod>([
  ["Stream.map", { ...EXTRACTOR, answers: "records", keeps: true }],
  ["Stream.filter", { ...EXTRACTOR, answers: "records" }],
  ["Stream.flatMap", { ...EXTRACTOR, answers: "records", emitting: "flatMapInto" }],
  ["Stream.keyBy", { ...EXTRACTOR, yields: "key" }],
  ["Stream.sink", { ...PLACED, writes: true }],
  ["KeyedStream.reduce", REDUCE],

  ["Stream.withTimestamps", { ...PLACED, members: ["outOfOrder", "idleAfter", "maxDrift"], variants: { fn: "withTimesOf" } }],
  ["Stream.union", PLACED],
  ["Stream.sideOutput", { ...PLACED, readsSide: true }],
  ["Stream.broadcast", PLACED],
  ["Stream.windowAll", PLACED],
  ["SideOutput.of", PLACED],
  ["FixedWindow.of", PLACED],
  ["SlidingWindow.of", PLACED],
  ["SessionWindow.of", PLACED],
  ["KeyedStream.window", PLACED],
  ["KeyedStream.aggregate", AGGREGATE],
  ["KeyedStream.deduplicate", { ...PROCESS, answers: "value", setsTimers: false, members: ["keep", "ttl"] }],
  ["KeyedStream.process", { ...PROCESS, members: ["state", "onRecord", "onTimer", "onProcessingTimer", "inOrder", "lateTo", "allowedLateness", "ttl"], types: [["onRecord", "result"]] }],
  ["KeyedStream.connect", { ...PLACED, variants: { rules: "connectRules" } }],
  ["ConnectedStreams.process", { ...PROCESS, members: ["state", "onFirst", "onSecond", "onTimer", "onProcessingTimer", "inOrder", "ttl"], types: [["onFirst", "result"]] }],
  ["RuledStream.process", { ...PROCESS, members: ["rules", "state", "onRule", "onRecord", "onTimer", "inOrder", "ttl"], types: [["onRecord", "result"]] }],
  ["Windowing.allowedLateness", PLACED],
  ["Windowing.lateTo", PLACED],
  ["Windowing.emitEarly", PLACED],
  ["Windowing.reduce", { ...REDUCE, isPlaced: true, types: [["finish", 1]], variants: { finish: "reduceTo" }, exports: { finish: FINISHED } }],
  ["Windowing.aggregate", { ...AGGREGATE, types: [["finish", 1]] }],
  ["Windowing.count", { ...RECORDS, makes: ["key", "start", "end", "count"], exports: { "": MERGED } }],
  ["Windowing.process", { ...RECORDS, types: [["fn", 1]], record: { parameter: -1, as: "reads" }, exports: { "": MERGED } }],
  ["Windowing.top", { ...PLACED, makes: ["key", "start", "end", "rank", "value"], exports: { "": MERGED } }],
  ["ProcessContext.emit", { ...EXTRACTOR, isForRecords: true }],
  ["ProcessContext.emitTo", { ...EXTRACTOR, isForRecords: true }],
  ["ProcessContext.setTimer", OF_RECORDS],
  ["ProcessContext.deleteTimer", OF_RECORDS],
  ["ProcessContext.setProcessingTimer", OF_RECORDS],
  ["ProcessContext.deleteProcessingTimer", OF_RECORDS],

  ["Mysql.extractors", { ...EXTRACTOR, runsIn: "main" }],
  ["build", SOURCE],
  ["buildMessages", SOURCE],
  ["source", SOURCE],
]);

/** Classes of sinks: what flows into one has the shape that the sink was made for. */
export const SINKS: ReadonlySet<string> = new Set(["Redis", "KafkaSink", "Mysql", "ConnectorSink"]);

/** The facts of the method of lightflus-api that the call is of; undefined for other calls. */
export function apiMethodOf(program: Program, node: ts.CallExpression): ApiMethod | undefined {
  const declaration = program.checker.getResolvedSignature(node)?.declaration as
    (ts.Node & { symbol?: ts.Symbol }) | undefined;
  const symbol = declaration?.symbol;
  if (symbol === undefined || !program.isApi(symbol)) return undefined;
  const [owner, name] = program.checker.getFullyQualifiedName(symbol).split(".").slice(-2);
  const other = WITH_POSITION.has(name ?? "") ? PLACED : EXTRACTOR;
  return METHODS.get(`${owner}.${name}`) ?? METHODS.get(name ?? "") ?? other;
}
