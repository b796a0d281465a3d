// Calls of lightflus-api: operators get each function as environment, function and description (INTERNALS.md, "Stream operators").
import ts from "typescript-compiler-api";
import { describeFunction } from "../analysis.ts";
import { orderOfStream } from "../key_order.ts";
import { enclosingFunction } from "../scopes.ts";
import { NULL, describe, fieldWith, notPortable } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, quote, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { apiMethodOf } from "../api_table.ts";
import type { ApiMethod } from "../api_table.ts";
import { describedArgument } from "./api_options.ts";
import { callbackPair } from "./callbacks.ts";
import { typeArgumentsForSignature } from "./arguments.ts";
import { refuse, repOf, typeArguments } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into } from "./dispatch.ts";
import { complainInside, emittingPair } from "./functions.ts";

/** `Kafka.builder()`, `Redis.new<T>()`. */
export function apiStaticCall(
  ctx: Context,
  node: ts.CallExpression,
  owner: ts.Symbol,
  callee: ts.PropertyAccessExpression,
): Value {
  return apiMethod(ctx, node, callee, `__lf.${owner.name}`);
}

/** `stream.map(...)`, `builder.topic(...)`. */
export function apiCall(
  ctx: Context,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  receiver: Value,
): Value {
  return apiMethod(ctx, node, callee, receiver.code);
}

function apiMethod(ctx: Context, node: ts.CallExpression, callee: ts.PropertyAccessExpression, receiver: Code): Value {
  refuseInStreamFunction(ctx, node);
  const signature = ctx.job.checker.getResolvedSignature(node);
  const method = apiMethodOf(ctx.job.program, node);
  if (signature === undefined || method === undefined) return refuse(ctx, node, "LF302", "this call is not supported in a job");
  const typeArgs = typeArgumentsForSignature(ctx.job.checker, signature);
  if (!typeArgs.every((t) => ctx.job.types.has(t, ctx.substitution))) {
    for (const given of node.arguments)
      if (ts.isArrowFunction(given) || ts.isFunctionExpression(given)) complainInside(ctx, given);
  }
  const types = typeArgs.map((t) => repOf(ctx, t, callee.name));
  const args = signature.parameters.flatMap((parameter, i): Code[] => {
    const given = node.arguments[i];
    if (given === undefined) return method.isPlaced ? ["null"] : [];
    const type = ctx.job.checker.getTypeOfSymbolAtLocation(parameter, node);
    return describedArgument(ctx, given, type) ?? argument(ctx, method, given, type);
  });
  if (method.isPlaced) args.push(description(ctx, callee.name, method.writes ? orderText(ctx, callee.expression) : ""));
  const result = repOf(ctx, signature.getReturnType(), node);
  checkRecords(ctx, callee.name, [...types, result]);
  const yielded = result.kind === "api" ? result.args[0] : undefined;
  if (method.yields === "read") checkRead(ctx, callee.name, yielded);
  if (method.yields === "key") checkKey(ctx, callee.name, yielded);
  const name = isLiteral(node.arguments[0]) ? (method.emitting ?? callee.name.text) : callee.name.text;
  return {
    code: code`${receiver}${from(callee.name, `.${name}`)}${typeArguments(ctx, types)}(${separated(args, ", ")})`,
    rep: result,
  };
}

function argument(ctx: Context, method: ApiMethod, given: ts.Expression, type: ts.Type): Code[] {
  const rep = repOf(ctx, ctx.job.checker.getNonNullableType(type), given);
  if (rep.kind === "function") return streamFunction(ctx, method, given, rep);
  const own = repOf(ctx, type, given);
  return [own === NULL ? "null" : into(ctx, given, own)];
}

/** Streams are built by main, not record by record. */
function refuseInStreamFunction(ctx: Context, node: ts.CallExpression): void {
  for (let fn = enclosingFunction(node); fn !== undefined; fn = enclosingFunction(fn)) {
    if (isStreamFunction(ctx, fn)) refuse(ctx, node, "LF202", "streams cannot be built inside a stream function");
  }
}

/** The function literal is an argument of an operator. */
function isStreamFunction(ctx: Context, fn: ts.Node): boolean {
  let node = fn;
  while (ts.isParenthesizedExpression(node.parent)) node = node.parent;
  const parent = node.parent;
  if (!ts.isCallExpression(parent) || !parent.arguments.includes(node as ts.Expression)) return false;
  return apiMethodOf(ctx.job.program, parent)?.runsIn === "engine";
}

function streamFunction(
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
    literal !== undefined && method.emitting !== undefined ? emittedPair(ctx, literal, rep) : callbackPair(ctx, given, rep, isTest);
  const more = describeFunction(ctx.job.checker, given, method, rep);
  return [pair.environment, pair.fn, description(ctx, literal ?? given, more)];
}

function isLiteral(node: ts.Node | undefined): node is ts.ArrowFunction | ts.FunctionExpression {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
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

/** The inside of a JSON object, as a string literal. */
function description(ctx: Context, node: ts.Node, more: string): Code {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
  const position = JSON.stringify({ file: ctx.job.program.pathOf(source), line: line + 1, column: character + 1 });
  return quote(`"position":${position}${more}`);
}

/** The order in which a sink writes the fields of the stream's records. */
function orderText(ctx: Context, stream: ts.Expression): string {
  const order = orderOfStream(ctx.job.program, stream);
  return order === undefined ? "" : `,"order":${JSON.stringify(order)}`;
}

/** What flows through streams must have columns. */
function checkRecords(ctx: Context, node: ts.Node, reps: readonly Rep[]): void {
  for (const rep of reps) {
    const flowing = rep.kind === "api" ? rep.args : [rep];
    for (const record of flowing) {
      if (record.kind === "api" || record.kind === "void" || record.kind === "null") continue;
      const test = (part: Rep): string | undefined => notPortable(part, (r) => ctx.job.classNotPortable(ctx, r));
      const why = test(record);
      if (why !== undefined) refuse(ctx, fieldWith(record, test)?.declared ?? node, "LF107", `${why}, so it cannot flow through a stream`);
      checkNames(ctx, node, record);
    }
  }
}

/** What the engine takes as the name of a column: printable, not empty, at most 256 bytes. */
function isColumnName(name: string): boolean {
  return name !== "" && Buffer.byteLength(name) <= 256 && !/\p{C}|(?! )\p{Z}/u.test(name);
}

/** Complains about a field that cannot be a column, where the program names it. */
function checkNames(ctx: Context, node: ts.Node, rep: Rep): void {
  if (rep.kind === "nullable") return checkNames(ctx, node, rep.of);
  if (rep.kind === "array") return checkNames(ctx, node, rep.item);
  if (rep.kind !== "record") return;
  for (const field of rep.record.fields) {
    const shown = JSON.stringify(field.name.slice(0, 60));
    if (!isColumnName(field.name))
      refuse(ctx, field.declared ?? node, "LF107", `a field called ${shown} cannot flow through a stream: a column's name is printable, not empty, and at most 256 bytes long`, "give the field another name");
    checkNames(ctx, node, field.rep);
  }
}

/** A source fills fields by their names, which a tuple does not have. */
function checkRead(ctx: Context, node: ts.Node, record: Rep | undefined): void {
  if (record !== undefined) noteRead(ctx, record);
  const tuple = record && tupleIn(record);
  if (record !== undefined && tuple !== undefined)
    refuse(
      ctx,
      fieldWith(record, tupleIn)?.declared ?? node,
      "LF107",
      `a source cannot read the tuple '${describe(tuple)}'`,
      "declare an array, number[] or string[], or an object type, and make the tuple in a map",
    );
}

function noteRead(ctx: Context, rep: Rep): void {
  if (rep.kind === "nullable") return noteRead(ctx, rep.of);
  if (rep.kind === "array") return noteRead(ctx, rep.item);
  if (rep.kind !== "record") return;
  ctx.job.orders.noteRead(rep.record);
  for (const field of rep.record.fields) noteRead(ctx, field.rep);
}

function tupleIn(rep: Rep): Rep | undefined {
  if (rep.kind === "nullable") return tupleIn(rep.of);
  if (rep.kind === "array") return tupleIn(rep.item);
  if (rep.kind !== "record" || rep.record.tuple) return rep.kind === "record" ? rep : undefined;
  return rep.record.fields.map((f) => tupleIn(f.rep)).find((found) => found !== undefined);
}

/** Keys are compared by value; lists are not. */
function checkKey(ctx: Context, node: ts.Node, key: Rep | undefined): void {
  if (key !== undefined && holdsList(key))
    refuse(
      ctx,
      node,
      "LF107",
      `a key of type '${describe(key)}' holds an array, and arrays cannot be keys`,
      'make a text of it: xs.join(",")',
    );
}

function holdsList(rep: Rep): boolean {
  if (rep.kind === "nullable") return holdsList(rep.of);
  return rep.kind === "array" || (rep.kind === "record" && rep.record.fields.some((f) => holdsList(f.rep)));
}
