// What lightflus-api does with the functions that it is given: stream functions run in the engine, record by record; others run
// in main and only describe the dataflow.
import ts from "typescript-compiler-api";
import type { Program } from "./check.ts";

/** Methods that call their function themselves, once, while main runs. */
const IN_MAIN: ReadonlySet<string> = new Set(["extractors"]);

/** Methods whose function makes records; all others take a value out of one. */
const OPERATORS: ReadonlySet<string> = new Set(["map", "filter", "flatMap", "reduce"]);

/** The name of the method of lightflus-api that the call is of; undefined for other calls. */
export function apiMethodOf(program: Program, node: ts.CallExpression): string | undefined {
  const declaration = program.checker.getResolvedSignature(node)?.declaration as
    (ts.Node & { symbol?: ts.Symbol }) | undefined;
  return declaration !== undefined && program.isApi(declaration.symbol) ? declaration.symbol?.name : undefined;
}

/** Whether functions given to the method run in the engine. */
export function takesStreamFunction(method: string): boolean {
  return !IN_MAIN.has(method);
}

/** Whether the method's function only takes a value out of a record: a key, a field of a sink. */
export function isExtractor(method: string): boolean {
  return !OPERATORS.has(method) && !IN_MAIN.has(method);
}
