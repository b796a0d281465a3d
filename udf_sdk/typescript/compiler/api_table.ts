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
};
const PLACED: ApiMethod = { ...EXTRACTOR, isPlaced: true };
const SOURCE: ApiMethod = { ...PLACED, yields: "read" };

/** Operators by class and name; the words of connectors by their name alone, whichever class has them. */
export const METHODS: ReadonlyMap<string, ApiMethod> = new Map<string, ApiMethod>([
  ["Stream.map", { ...EXTRACTOR, answers: "records", keeps: true }],
  ["Stream.filter", { ...EXTRACTOR, answers: "records" }],
  ["Stream.flatMap", { ...EXTRACTOR, answers: "records", emitting: "flatMapInto" }],
  ["Stream.keyBy", { ...EXTRACTOR, yields: "key" }],
  ["Stream.sink", { ...PLACED, writes: true }],
  ["KeyedStream.reduce", { ...EXTRACTOR, answers: "records", keeps: true, record: { parameter: 1, as: "readsOfRow" } }],

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
