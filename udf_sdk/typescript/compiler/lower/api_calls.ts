// Calls of lightflus-api: operators get each function as environment, function and description (INTERNALS.md, "Stream operators").
import ts from "typescript-compiler-api";
import { describeFunction } from "../analysis.ts";
import { orderOfStream } from "../key_order.ts";
import { bare, enclosingFunction } from "../scopes.ts";
import { NULL, describe, fieldOf, fieldWith, notPortable } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, quote, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { apiMethodOf, memberOf } from "../api_table.ts";
import type { ApiMethod } from "../api_table.ts";
import { describedArgument } from "./api_options.ts";
import { callbackPair } from "./callbacks.ts";
import { isUndefined, typeArgumentsForSignature } from "./arguments.ts";
import { arrayOf } from "./arrays.ts";
import { localName, refuse, repOf, temporary, typeArguments } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { complainInside, emittingPair, functionPair } from "./functions.ts";

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
  const emitting = isLiteral(node.arguments[0]) ? method.emitting : undefined;
  const name = emitting ?? (variant === undefined ? callee.name.text : method.variants[variant]);
  return {
    code: code`${receiver}${from(callee.name, `.${name}`)}${typeArguments(ctx, [...types, ...furtherTypes(ctx, method, given, yielded)])}(${separated(args, ", ")})`,
    rep: result,
  };
}

/** What a call gives: parameters and members by name, and the functions among them. */
interface Given {
  readonly names: Set<string>;
  readonly functions: Map<string, Rep & { kind: "function" }>;
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

function isFunctionType(checker: ts.TypeChecker, type: ts.Type): boolean {
  return checker.getNonNullableType(type).getCallSignatures().length > 0;
}

/** `...others`: one array. */
function restArgument(ctx: Context, node: ts.CallExpression, i: number, type: ts.Type): Code {
  const rep = repOf(ctx, type, node);
  if (rep.kind !== "array") return refuse(ctx, node, "LF302", "this call is not supported in a job");
  return arrayOf(ctx, node, node.arguments.slice(i), rep.item);
}

/** An object of functions and options: its members one by one, what it lacks as null. */
function membersOf(ctx: Context, method: ApiMethod, given: ts.Expression | undefined, type: ts.Type, seen: Given): Code[] {
  const { checker } = ctx.job;
  const parts = given === undefined || isUndefined(given) ? NO_MEMBERS : membersGiven(ctx, given);
  return method.members.flatMap((name): Code[] => {
    const property = checker.getPropertyOfType(type, name);
    if (property === undefined) return [];
    const wanted = checker.getTypeOfSymbol(property);
    const value = parts(name);
    if (value !== undefined) seen.names.add(name);
    if (!isFunctionType(checker, wanted)) return [value === undefined ? "null" : value.into(repOf(ctx, wanted, given as ts.Expression))];
    const rep = repOf(ctx, checker.getNonNullableType(wanted), given ?? (property.valueDeclaration as ts.Node));
    if (value === undefined || rep.kind !== "function") return ["0", "null", '""'];
    seen.functions.set(name, rep);
    return value.asFunction(rep, memberOf(name));
  });
}

/** One member of an object that is given. */
interface Member {
  into(rep: Rep): Code;
  asFunction(rep: Rep & { kind: "function" }, method: ApiMethod): Code[];
}

const NO_MEMBERS = (): Member | undefined => undefined;

/** The members of an object: written in place, or of a variable. */
function membersGiven(ctx: Context, given: ts.Expression): (name: string) => Member | undefined {
  const node = bare(given);
  if (!ts.isObjectLiteralExpression(node)) return membersHeld(ctx, node);
  const written = new Map<string, ts.ObjectLiteralElementLike>();
  for (const property of node.properties) {
    const { name } = property;
    if (name === undefined || !(ts.isIdentifier(name) || ts.isStringLiteral(name)) || ts.isAccessor(property))
      return refuse(ctx, property, "LF315", "these functions and options are written one by one", "write { name: value }");
    written.set(name.text, property);
  }
  return (name) => {
    const property = written.get(name);
    if (property === undefined) return undefined;
    if (ts.isMethodDeclaration(property)) {
      return {
        into: () => refuse(ctx, property, "LF302", "a value is needed here, not a function"),
        asFunction: (rep, method) => {
          if (property.modifiers?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword)) refuse(ctx, property, "LF204", "a stream function cannot be async");
          const pair = functionPair(ctx, property, rep);
          return [pair.environment, pair.fn, description(ctx, property, describeFunction(ctx.job.checker, property, method, rep))];
        },
      };
    }
    const value = ts.isPropertyAssignment(property) ? property.initializer : (property as ts.ShorthandPropertyAssignment).name;
    if (isUndefined(value)) return undefined;
    return {
      into: (rep) => into(ctx, value, rep),
      asFunction: (rep, method) => streamFunction(ctx, method, value, rep),
    };
  };
}

/** The options that a variable holds. */
function membersHeld(ctx: Context, node: ts.Expression): (name: string) => Member | undefined {
  const value = marked(ctx, node);
  const { rep } = value;
  if (rep.kind !== "record") return refuse(ctx, node, "LF302", "an object is needed here", "write it in place: { name: value }");
  const held = temporary(ctx, rep);
  let isSet = false;
  return (name) => {
    const field = fieldOf(rep.record, name);
    if (field === undefined) return undefined;
    return {
      into: (wanted) => {
        const owner = isSet ? held : code`(${held} = ${value.code})`;
        isSet = true;
        return convert(ctx, { code: code`${owner}.${localName(name)}`, rep: field.rep }, wanted, node);
      },
      asFunction: () => refuse(ctx, node, "LF302", "the functions of an operator are written where it is built", "write them in place: { name: (...) => ... }"),
    };
  };
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

/** The functions written in place, as arguments or members of one. */
function functionsGiven(node: ts.CallExpression): (ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration)[] {
  return node.arguments.flatMap((argument) => {
    const given = bare(argument);
    const parts = ts.isObjectLiteralExpression(given) ? given.properties.map((p) => (ts.isPropertyAssignment(p) ? bare(p.initializer) : p)) : [given];
    return parts.filter((p) => ts.isArrowFunction(p) || ts.isFunctionExpression(p) || ts.isMethodDeclaration(p));
  });
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
  while (ts.isParenthesizedExpression(node.parent)) node = node.parent;
  if (ts.isPropertyAssignment(node.parent)) node = node.parent;
  while (ts.isObjectLiteralElement(node) || ts.isParenthesizedExpression(node.parent)) node = node.parent;
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
