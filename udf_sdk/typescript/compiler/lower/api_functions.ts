// Functions given to operators: each becomes its environment, the function and a description (INTERNALS.md, "Stream operators").
import ts from "typescript-compiler-api";
import { describeFunction } from "../analysis.ts";
import type { ApiMethod } from "../api_table.ts";
import { bare } from "../scopes.ts";
import type { Rep } from "../types.ts";
import { quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { callbackPair } from "./callbacks.ts";
import { refuse } from "./context.ts";
import type { Context } from "./context.ts";
import { emittingPair } from "./functions.ts";
import { hasTry } from "./tries.ts";

export function streamFunction(
  ctx: Context,
  method: ApiMethod,
  given: ts.Expression,
  rep: Rep & { kind: "function" },
): Code[] {
  const literal = isLiteral(given) ? given : undefined;
  const isAsync = literal?.modifiers?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword) ?? false;
  if (isAsync) refuse(ctx, given, "LF204", "a stream function cannot be async");
  const isTest = rep.result.kind === "boolean";
  const pair =
    literal !== undefined && method.emitting !== undefined && isEmitting(literal) ? emittedPair(ctx, literal, rep) : callbackPair(ctx, given, rep, isTest);
  const more = describeFunction(ctx.job.checker, given, method, rep);
  return [pair.environment, pair.fn, description(ctx, literal ?? given, more)];
}

export function isLiteral(node: ts.Node | undefined): node is ts.ArrowFunction | ts.FunctionExpression {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
}

/** The function hands on rows one by one; not where a catch could come between two of them. */
export function isEmitting(node: ts.Node | undefined): boolean {
  return isLiteral(node) && !hasTry(node);
}

/** A function written in place hands on its rows one by one. */
function emittedPair(
  ctx: Context,
  given: ts.ArrowFunction | ts.FunctionExpression,
  rep: Rep & { kind: "function" },
): { environment: Code; fn: Code } {
  const [input] = rep.parameters;
  if (input === undefined || rep.result.kind !== "array")
    return refuse(ctx, given, "LF302", "a flatMap's function returns an array");
  return emittingPair(ctx, given, input, rep.result.item);
}

/** The functions written in place, as arguments or members of one. */
export function functionsGiven(node: ts.CallExpression): (ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration)[] {
  return node.arguments.flatMap((argument) => {
    const given = bare(argument);
    const parts = ts.isObjectLiteralExpression(given) ? given.properties.map((p) => (ts.isPropertyAssignment(p) ? bare(p.initializer) : p)) : [given];
    return parts.filter((p) => ts.isArrowFunction(p) || ts.isFunctionExpression(p) || ts.isMethodDeclaration(p));
  });
}

/** The inside of a JSON object, as a string literal. */
export function description(ctx: Context, node: ts.Node, more: string): Code {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
  const position = JSON.stringify({ file: ctx.job.program.pathOf(source), line: line + 1, column: character + 1 });
  return quote(`"position":${position}${more}`);
}
