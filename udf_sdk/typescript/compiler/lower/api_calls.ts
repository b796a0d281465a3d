// Calls of lightflus-api: operators get each function as environment, function and description (INTERNALS.md, "Stream operators").
import ts from "typescript-compiler-api";
import { apiMethodOf, memberOf } from "../api_table.ts";
import type { ApiMethod } from "../api_table.ts";
import { orderOfStream } from "../key_order.ts";
import { enclosingFunction } from "../scopes.ts";
import { NULL, fieldOf } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { description, functionsGiven, isEmitting, streamFunction } from "./api_functions.ts";
import { isFunctionType, membersOf } from "./api_members.ts";
import type { Given } from "./api_members.ts";
import { describedArgument } from "./api_options.ts";
import { checkKey, checkRead, checkRecords } from "./api_records.ts";
import { isUndefined, typeArgumentsForSignature } from "./arguments.ts";
import { arrayOf } from "./arrays.ts";
import { refuse, repOf, typeArguments } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into } from "./dispatch.ts";
import { complainInside } from "./functions.ts";

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
  const signature = ctx.job.checker.getResolvedSignature(node);
  const method = apiMethodOf(ctx.job.program, node);
  if (signature === undefined || method === undefined) return refuse(ctx, node, "LF302", "this call is not supported in a job");
  if (!method.isForRecords) refuseInStreamFunction(ctx, node);
  const typeArgs = typeArgumentsForSignature(ctx.job.checker, signature);
  if (!typeArgs.every((t) => ctx.job.types.has(t, ctx.substitution))) {
    for (const given of functionsGiven(node)) complainInside(ctx, given);
  }
  const types = typeArgs.map((t) => repOf(ctx, t, callee.name));
  const given: Given = { names: new Set(), functions: new Map() };
  const args = signature.parameters.flatMap((parameter, i): Code[] => argumentOf(ctx, node, method, parameter, i, given));
  if (method.setsTimers) args.push(...timerFlags(node, given));
  if (method.isPlaced) args.push(description(ctx, callee.name, method.writes ? orderText(ctx, callee.expression) : ""));
  const result = repOf(ctx, signature.getReturnType(), node);
  checkRecords(ctx, callee.name, [...types, result]);
  const yielded = result.kind === "api" ? result.args[0] : undefined;
  if (method.yields === "read") checkRead(ctx, callee.name, yielded);
  if (method.yields === "key") checkKey(ctx, callee.name, yielded);
  noteExports(ctx, method, given);
  const variant = Object.keys(method.variants).find((name) => given.names.has(name));
  const emitting = isEmitting(node.arguments[0]) ? method.emitting : undefined;
  const name = emitting ?? (variant === undefined ? callee.name.text : method.variants[variant]);
  return {
    code: code`${receiver}${from(callee.name, `.${name}`)}${typeArguments(ctx, [...types, ...furtherTypes(ctx, method, given, yielded)])}(${separated(args, ", ")})`,
    rep: result,
  };
}

/** What stands for one parameter. */
function argumentOf(ctx: Context, node: ts.CallExpression, method: ApiMethod, parameter: ts.Symbol, i: number, seen: Given): Code[] {
  const given = node.arguments[i];
  const { checker } = ctx.job;
  const type = checker.getTypeOfSymbolAtLocation(parameter, node);
  const isRest = (parameter.valueDeclaration as ts.ParameterDeclaration | undefined)?.dotDotDotToken !== undefined;
  if (isRest) return [restArgument(ctx, node, i, type)];
  const isObject = method.members.length > 0 && isFunctionType(checker, type) === false;
  if (isObject) return membersOf(ctx, method, given, checker.getNonNullableType(type), seen);
  if (given === undefined || isUndefined(given)) {
    const isFunction = isFunctionType(checker, type);
    return method.isPlaced && !isFunction ? ["null"] : [];
  }
  seen.names.add(parameter.name);
  const described = method.isForRecords ? undefined : describedArgument(ctx, given, type);
  return described ?? argument(ctx, method, given, type, parameter.name, seen);
}

/** `...others`: one array. */
function restArgument(ctx: Context, node: ts.CallExpression, i: number, type: ts.Type): Code {
  const rep = repOf(ctx, type, node);
  if (rep.kind !== "array") return refuse(ctx, node, "LF302", "this call is not supported in a job");
  return arrayOf(ctx, node, node.arguments.slice(i), rep.item);
}

/** The exports that the call needs. */
function noteExports(ctx: Context, method: ApiMethod, given: Given): void {
  for (const [asked, names] of Object.entries(method.exports))
    if (asked === "" || given.names.has(asked)) for (const name of names) ctx.job.exports.add(name);
}

/** Type arguments that TypeScript's method does not have. */
function furtherTypes(ctx: Context, method: ApiMethod, given: Given, made: Rep | undefined): Rep[] {
  const types = method.types.flatMap(([name, part]) => {
    const fn = given.functions.get(name);
    const type = part === "result" ? fn?.result : fn?.parameters[part];
    return type === undefined ? [] : [type];
  });
  if (method.makes === undefined || made?.kind !== "record") return types;
  ctx.job.orders.note(made.record, method.makes.filter((name) => fieldOf(made.record, name) !== undefined));
  return [...types, made];
}

/** Whether the functions set timers of either kind. */
function timerFlags(node: ts.CallExpression, given: Given): Code[] {
  const names = new Set<string>();
  const visit = (n: ts.Node): void => {
    if (ts.isIdentifier(n)) names.add(n.text);
    ts.forEachChild(n, visit);
  };
  node.arguments.forEach(visit);
  const says = (handler: string, setter: string): string => `${given.names.has(handler) || names.has(setter)}`;
  return [says("onTimer", "setTimer"), says("onProcessingTimer", "setProcessingTimer")];
}

function argument(ctx: Context, method: ApiMethod, given: ts.Expression, type: ts.Type, name: string, seen: Given): Code[] {
  const rep = repOf(ctx, ctx.job.checker.getNonNullableType(type), given);
  if (rep.kind === "function") {
    seen.functions.set(name, rep);
    return streamFunction(ctx, name === "finish" ? memberOf(name) : method, given, rep);
  }
  const own = repOf(ctx, type, given);
  return [own === NULL ? "null" : into(ctx, given, own)];
}

/** Streams are built by main, not record by record. */
function refuseInStreamFunction(ctx: Context, node: ts.CallExpression): void {
  for (let fn = enclosingFunction(node); fn !== undefined; fn = enclosingFunction(fn)) {
    if (isStreamFunction(ctx, fn)) refuse(ctx, node, "LF202", "streams cannot be built inside a stream function");
  }
}

/** The function literal is an argument of an operator, or a member of one. */
function isStreamFunction(ctx: Context, fn: ts.Node): boolean {
  let node = fn;
  while (ts.isParenthesizedExpression(node.parent) || ts.isPropertyAssignment(node.parent)) node = node.parent;
  while (ts.isObjectLiteralElement(node) || ts.isParenthesizedExpression(node.parent)) node = node.parent;
  const parent = node.parent;
  if (!ts.isCallExpression(parent) || !parent.arguments.includes(node as ts.Expression)) return false;
  return apiMethodOf(ctx.job.program, parent)?.runsIn === "engine";
}

/** The order in which a sink writes the fields of the stream's records. */
function orderText(ctx: Context, stream: ts.Expression): string {
  const order = orderOfStream(ctx.job.program, stream);
  return order === undefined ? "" : `,"order":${JSON.stringify(order)}`;
}
