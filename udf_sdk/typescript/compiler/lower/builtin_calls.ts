// Calls of JavaScript's built-ins: the tables of builtins.ts say which helper, which arguments, which type arguments.
import ts from "typescript-compiler-api";
import { globalFunction, method, staticMethod } from "../builtins.ts";
import type { Answer } from "../builtins.ts";
import { callback as callbackOf, text } from "../builtins_table.ts";
import type { Builtin, Family, Parameter, TypeRef } from "../builtins_table.ts";
import { bare } from "../scopes.ts";
import { BOOLEAN, NUMBER, STRING, VOID, isScalar, isUnknown, nullable, present, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { arrayFromCall, arrayOf } from "./arrays.ts";
import { callbackPair } from "./callbacks.ts";
import { place, refuse, repAt, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, elementText, missing, truthy, unwrapped } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { flatCall } from "./flat.ts";
import { mixedIsArray } from "./mixed.ts";
import { numberInto } from "./numbers.ts";
import { patternCall, takesPattern } from "./patterns.ts";
import { textInto } from "./text.ts";

export type Signature = Rep & { kind: "function" };

/** What the type references of a table row mean in one call. */
export type TypeScope = (ref: TypeRef) => Rep;

export function methodCall(
  ctx: Context,
  node: ts.CallExpression,
  name: string,
  family: Family,
  receiver: Value,
): Value {
  if (family === "string" && takesPattern(ctx, node, name)) return patternCall(ctx, node, name, receiver);
  if (name === "flat") return flatCall(ctx, node, receiver);
  if (name === "join" && receiver.rep.kind === "array") elementText(ctx, receiver.rep.item, node);
  const builtin = formFor(ctx, node, receiver.rep, found(ctx, node, method(family, name, given(node))));
  const types = typeScope(ctx, node, receiver.rep);
  return answer(ctx, node, builtin, types, [receiver.code, ...passed(ctx, node, builtin, types)], receiver.rep);
}

/** The form of the built-in that the types of receiver and arguments ask for. */
function formFor(ctx: Context, node: ts.CallExpression, receiver: Rep, builtin: Builtin): Builtin {
  if (/^array_(s|toS)ort/.test(builtin.helper)) return sortFor(ctx, node, receiver, builtin);
  const [, by] = node.arguments;
  const isReplacer =
    by !== undefined &&
    builtin.helper.startsWith("string_replace") &&
    ctx.job.checker.getTypeAtLocation(by).getCallSignatures().length > 0;
  return isReplacer ? { ...builtin, helper: `${builtin.helper}With`, parameters: REPLACER } : builtin;
}

const REPLACER = [text(), callbackOf(["string", "number", "string"], "string")];

/** Elements that may be undefined come last, whatever the comparator says: that is a helper of its own. */
function sortFor(ctx: Context, node: ts.CallExpression, receiver: Rep, builtin: Builtin): Builtin {
  const item = receiver.kind === "array" ? receiver.item : undefined;
  if (item !== undefined && isUnknown(item))
    refuse(ctx, node, "LF103", "undefined elements would come last, whatever the others are, so unknown values are not sorted in a job", "test it with typeof, instanceof, Array.isArray or in");
  if (item?.kind !== "nullable" || item.absent === "null") return builtin;
  if (item.absent === "undefined") return { ...builtin, helper: `${builtin.helper}Defined` };
  return refuse(
    ctx,
    node,
    "LF102",
    "undefined elements would come last and null ones not, which a job cannot tell apart",
    "sort what is there: xs.filter((x) => x != null).sort(...)",
  );
}

export function staticCall(ctx: Context, node: ts.CallExpression, owner: string, name: string): Value {
  if (owner === "Array" && name === "from") return arrayFromCall(ctx, node);
  if (owner === "Array" && name === "isArray") return isArray(ctx, node);
  const [frozen] = node.arguments;
  if (owner === "Object" && name === "freeze" && frozen !== undefined && isLiteral(frozen)) return marked(ctx, frozen);
  const builtin = found(ctx, node, staticMethod(owner, name, given(node)));
  const types = typeScope(ctx, node, VOID);
  return answer(ctx, node, builtin, types, passed(ctx, node, builtin, types), VOID);
}

function isArray(ctx: Context, node: ts.CallExpression): Value {
  const value = marked(ctx, node.arguments[0] as ts.Expression);
  return value.rep.kind === "mixed" ? mixedIsArray(ctx, value, node) : { code: code`(${value.code}, ${String(value.rep.kind === "array")})`, rep: BOOLEAN };
}

/** Nobody else knows the object that the literal makes. */
function isLiteral(given: ts.Expression): boolean {
  const node = bare(given);
  return ts.isObjectLiteralExpression(node) || ts.isArrayLiteralExpression(node);
}

export function globalCall(ctx: Context, node: ts.CallExpression, name: string): Value {
  const builtin = found(ctx, node, globalFunction(name, given(node)));
  const [argument] = node.arguments;
  if (name === "String" && argument !== undefined) return { code: textInto(ctx, argument), rep: STRING };
  if (name === "Number" && argument !== undefined)
    return { code: numberInto(ctx, argument), rep: NUMBER };
  if (name === "Boolean" && argument !== undefined)
    return { code: truthy(ctx, marked(ctx, argument), argument), rep: BOOLEAN };
  const types = typeScope(ctx, node, VOID);
  return answer(ctx, node, builtin, types, passed(ctx, node, builtin, types), VOID);
}

const LOG_LEVELS: ReadonlyMap<string, number> = new Map([
  ["debug", 0],
  ["info", 1],
  ["log", 1],
  ["warn", 2],
  ["error", 3],
]);

/** `console.log(a, b)`: one line of text. */
export function consoleCall(ctx: Context, node: ts.CallExpression, name: string): Value {
  const level = LOG_LEVELS.get(name);
  if (level === undefined)
    return refuse(
      ctx,
      node,
      "LF302",
      `console.${name} is not supported in a job`,
      "use console.log, debug, info, warn or error",
    );
  const parts = node.arguments.map((argument) => textInto(ctx, argument));
  return {
    code: code`__lf.log(${String(level)}, ${parts.length === 0 ? '""' : separated(parts, ' + " " + ')})`,
    rep: VOID,
  };
}

export function given(node: ts.CallExpression): { count: number; spread: boolean } {
  return { count: node.arguments.length, spread: node.arguments.some(ts.isSpreadElement) };
}

function found(ctx: Context, node: ts.CallExpression, answered: Answer): Builtin {
  if ("builtin" in answered) return answered.builtin;
  const at = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
  ctx.job.diagnostics.add(at.getSourceFile(), at.getStart(), answered.refusal);
  return refuse(ctx, at, "LF302", answered.refusal.message);
}

/** The call itself. A result that may be missing becomes a nullable value. */
function answer(
  ctx: Context,
  node: ts.CallExpression,
  builtin: Builtin,
  types: TypeScope,
  args: readonly Code[],
  receiver: Rep,
): Value {
  const result = builtin.chains ? receiver : resultOf(ctx, node);
  if (!builtin.optional) {
    const made = helperCall(ctx, builtin, builtin.helper, types, node, args, builtin.position);
    return { code: builtin.helper === "array_filter" ? filtered(ctx, made, receiver, result) : made, rep: result };
  }
  const of = present(result);
  if (!isScalar(of)) {
    const made = helperCall(ctx, builtin, builtin.helper, types, node, args, false);
    const rep = nullable(of, "undefined");
    return {
      code:
        receiver.kind === "array" && !sameRep(receiver.item, of)
          ? code`changetype<${typeText(ctx, rep)}>(${made})`
          : made,
      rep,
    };
  }
  const rep = nullable(of, "undefined");
  const ok = helperCall(ctx, builtin, `${builtin.helper}Ok`, types, node, args, false);
  return {
    code: code`(${ok} ? ${convert(ctx, { code: code`__js.found<${typeText(ctx, of)}>()`, rep: of }, rep, node)} : ${missing(ctx, rep)})`,
    rep,
  };
}

/** `xs.filter(x => x !== null)`, `xs.filter(x => x instanceof C)`: TypeScript knows more of the elements that are left. */
function filtered(ctx: Context, made: Code, from: Rep, to: Rep): Code {
  if (from.kind !== "array" || to.kind !== "array" || sameRep(from.item, to.item)) return made;
  const [before, after] = [typeText(ctx, from.item), typeText(ctx, to.item)];
  if (!isScalar(to.item)) return code`changetype<Array<${after}>>(${made})`;
  const inner = unwrapped(ctx, { code: "v", rep: from.item }).code;
  return code`__js.array_map<${before}, ${after}>(${made}, 0, (__env: usize, v: ${before}, i: f64): ${after} => ${inner})`;
}

/** What the call itself gives. In `a?.f()` TypeScript's type has the undefined of a missing receiver, too. */
function resultOf(ctx: Context, node: ts.CallExpression): Rep {
  const isSkippable = (node.flags & ts.NodeFlags.OptionalChain) !== 0;
  const rep = isSkippable ? present(repAt(ctx, node)) : repAt(ctx, node);
  return rep.kind === "null" ? VOID : rep;
}

/** `__js.helper<...>(...)`. */
export function helperCall(
  ctx: Context,
  builtin: Builtin,
  helper: string,
  types: TypeScope,
  node: ts.Node,
  args: readonly Code[],
  position: boolean,
): Code {
  const names = builtin.typeArguments.map((ref) => typeText(ctx, types(ref)));
  const all = position ? [...args, place(ctx, node)] : args;
  return code`__js.${helper}${names.length === 0 ? "" : `<${names.join(", ")}>`}(${separated(all, ", ")})`;
}

/** What S, T, K, V, R, RT and A are in the call. */
export function typeScope(ctx: Context, node: ts.CallExpression, receiver: Rep): TypeScope {
  return (ref) => {
    switch (ref) {
      case "S":
        return receiver;
      case "T":
        return receiver.kind === "array" || receiver.kind === "set" ? receiver.item : NUMBER;
      case "K":
        return receiver.kind === "map" ? receiver.key : NUMBER;
      case "V":
        return receiver.kind === "map" ? receiver.value : NUMBER;
      case "R":
        return resultOf(ctx, node);
      case "RT": {
        const result = present(resultOf(ctx, node));
        return result.kind === "array" ? result.item : result;
      }
      case "A":
        return node.arguments[0] === undefined ? STRING : widened(marked(ctx, node.arguments[0]).rep);
      case "number":
        return NUMBER;
      case "string":
        return STRING;
      case "boolean":
        return BOOLEAN;
      case "void":
        return VOID;
    }
  };
}

function widened(rep: Rep): Rep {
  return rep.kind === "null" ? nullable(STRING, "undefined") : rep;
}

/** The arguments behind the receiver, as the row wants them. */
export function passed(ctx: Context, node: ts.CallExpression, builtin: Builtin, types: TypeScope): Code[] {
  const out: Code[] = [];
  builtin.parameters.forEach((parameter, i) => {
    if (parameter.kind === "concat") return;
    if (parameter.kind === "rest") out.push(arrayOf(ctx, node, node.arguments.slice(i), types(parameter.type)));
    else out.push(...argument(ctx, node, parameter, node.arguments[i], types));
  });
  const concat = builtin.parameters.findIndex((p) => p.kind === "concat");
  return concat < 0 ? out : [...out, joined(ctx, node, types)];
}

/** `xs.concat(a, b)`: what is added, as one array. */
function joined(ctx: Context, node: ts.CallExpression, types: TypeScope): Code {
  const item = types("T");
  const parts = node.arguments.map((a) => {
    const isArray = repAt(ctx, a).kind === "array";
    return isArray ? into(ctx, a, { kind: "array", item }) : arrayOf(ctx, a, [a], item);
  });
  const [first, ...rest] = parts;
  if (first === undefined) return arrayOf(ctx, node, [], item);
  return rest.reduce<Code>((left, right) => code`__js.array_concat<${typeText(ctx, item)}>(${left}, ${right})`, first);
}

function argument(
  ctx: Context,
  node: ts.CallExpression,
  parameter: Parameter & { kind: "value" | "callback" },
  given: ts.Expression | undefined,
  types: TypeScope,
): Code[] {
  if (parameter.kind === "callback")
    return given === undefined ? ["0", "null"] : callback(ctx, given, parameter, types);
  const missing =
    given === undefined || (ts.isIdentifier(given) && given.text === "undefined" && parameter.fallback !== undefined);
  if (missing) return [parameter.fallback ?? refuse(ctx, node, "LF319", "an argument is missing")];
  return [into(ctx, given as ts.Expression, types(parameter.type))];
}

/** A callback as environment and function with exactly the parameters of the row. */
function callback(
  ctx: Context,
  given: ts.Expression,
  parameter: Parameter & { kind: "callback" },
  types: TypeScope,
): Code[] {
  const result = types(parameter.returns);
  const target: Signature = { kind: "function", parameters: parameter.parameters.map(types), result };
  const pair = callbackPair(ctx, given, target, parameter.returns === "boolean");
  return [pair.environment, pair.fn];
}
