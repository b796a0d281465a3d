// Values of several types, `string | number` and `unknown`: what goes in, what the program's tests say that it is, what comes out.
// Whatever comes out is asked for its class first, so that no value is ever taken for another one. Helpers: assembly/js/mixed.ts.
import ts from "typescript-compiler-api";
import { BOOLEAN, STRING, UNKNOWN, describe, isScalar, isUnknown, mayBeMixed, orMissing, present, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { place, refuse, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, isSubclass, unwrapped } from "./convert.ts";
import { keyText } from "./dicts.ts";
import { isErrorClass } from "./errors.ts";

export type MixedRep = Rep & { kind: "mixed" };

/** The value as one of several types. */
export function toMixed(ctx: Context, value: Value, target: MixedRep, node: ts.Node): Code {
  const source = value.rep;
  const isAny = isUnknown(target);
  const type = typeText(ctx, target);
  if (source.kind === "mixed") return code`changetype<${type}>(${value.code})`;
  if (isAny && source.kind === "null") return isUndefined(ctx, node) ? "__js.mixed_undefined()" : `changetype<${type}>(0)`;
  if (isAny && source.kind === "void") return code`(${value.code}, __js.mixed_undefined())`;
  if (source.kind === "nullable") return isAny ? missingToo(ctx, value, target, node) : refuse(ctx, node, "LF319", `this may be ${orMissing(source.absent)}`);
  const member = isAny && !(source.kind === "record" && source.record.tuple) ? source : memberFor(ctx, source, target);
  if (member === undefined || !mayBeMixed(member))
    return refuse(ctx, node, "LF103", `'${describe(source)}' cannot be one of several types in a job${isAny ? "" : `, of '${describe(target)}'`}`);
  const inner = convert(ctx, value, member, node);
  return code`changetype<${type}>(__js.mixed_of<${typeText(ctx, member)}>(${inner}))`;
}

/** `null` and `undefined` are two values of `unknown`. */
function missingToo(ctx: Context, value: Value, target: MixedRep, node: ts.Node): Code {
  const source = value.rep as Rep & { kind: "nullable" };
  if (source.absent === "both") return refuse(ctx, node, "LF102", `'${describe(source)}' may be null and undefined, which a job cannot tell apart`);
  const held = temporary(ctx, source);
  const there = toMixed(ctx, unwrapped(ctx, { code: held, rep: source }), target, node);
  return code`((${held} = ${value.code}) !== null ? ${there} : ${source.absent === "null" ? `changetype<${typeText(ctx, target)}>(0)` : "__js.mixed_undefined()"})`;
}

function isUndefined(ctx: Context, node: ts.Node): boolean {
  return (ctx.job.checker.getTypeAtLocation(node).flags & ts.TypeFlags.Undefined) !== 0;
}

function memberFor(ctx: Context, source: Rep, target: MixedRep): Rep | undefined {
  const same = target.of.find((m) => sameRep(m, source));
  if (same !== undefined || source.kind !== "class") return same ?? target.of.find((m) => m.kind === source.kind && m.kind === "array");
  return target.of.find((m) => m.kind === "class" && isSubclass(ctx, source, m));
}

/** What a literal that goes into one of several types is made as. */
export function memberOf(target: Rep | undefined, node: ts.Expression): Rep | undefined {
  if (target?.kind !== "mixed") return target;
  const kind = ts.isObjectLiteralExpression(node) ? "record" : ts.isArrayLiteralExpression(node) ? "array" : undefined;
  if (kind === undefined) return target;
  const [only, ...others] = target.of.filter((m) => m.kind === kind);
  return others.length === 0 ? only : undefined;
}

/** The value as what it has been tested to be, or is said to be; where it is something else, the record ends. */
export function fromMixed(ctx: Context, value: Value, target: Rep, node: ts.Node): Code {
  const wanted = present(target);
  if (isUnknown(value.rep) && ctx.job.usesJson && isOtherThanTree(wanted))
    refuse(ctx, node, "LF103", `an unknown value does not become '${describe(wanted)}' by a test in a job`, "say the type where the text is read, JSON.parse(text) as T, or take it as Record<string, unknown> and unknown[]");
  const held = temporary(ctx, value.rep);
  const known = target.kind === "nullable" && target.absent !== "null" ? code`__js.mixed_orNull(${value.code})` : value.code;
  const taken = code`${held} = changetype<${typeText(ctx, value.rep)}>(${known})`;
  const test = target.kind === "nullable" ? code`${held} === null || ${isOf(ctx, held, wanted, node)}` : isOf(ctx, held, wanted, node);
  const boxed = isScalar(wanted) ? `__l.Some<${typeText(ctx, wanted)}>` : typeText(ctx, wanted);
  const as = target.kind === "nullable" ? `${boxed} | null` : boxed;
  const checked = code`(${taken}, __js.mixed_as<${as}>(${held}, ${test}, ${place(ctx, node)}))`;
  return target.kind !== "nullable" && isScalar(target) ? code`${checked}.value` : checked;
}

/** What JSON.parse does not make of `unknown`. */
function isOtherThanTree(rep: Rep): boolean {
  if (rep.kind === "array") return !isUnknown(rep.item);
  return rep.kind === "dict" ? !isUnknown(rep.value) : rep.kind === "record";
}

/** `value.key` of what is unknown. */
export function unknownField(ctx: Context, value: Value, key: Code, node: ts.Node): Value {
  return { code: code`__js.mixed_field(${value.code}, ${key}, ${place(ctx, node)})`, rep: UNKNOWN };
}

/** `key in value` of what is unknown. */
export function isInUnknown(ctx: Context, node: ts.BinaryExpression, value: Value): Value {
  return { code: code`__js.mixed_in(${keyText(ctx, node.left)}, ${value.code}, ${place(ctx, node)})`, rep: BOOLEAN };
}

/** Whether the value, a variable, is of the type. */
function isOf(ctx: Context, held: string, rep: Rep, node: ts.Node): Code {
  if (rep.kind === "class") return isOfClass(ctx, held, rep);
  if (rep.kind === "mixed") return code`(${separated(rep.of.map((m) => isOf(ctx, held, m, node)), " || ")})`;
  if (!mayBeMixed(rep)) return refuse(ctx, node, "LF103", `a value of type '${describe(rep)}' cannot be told from others in a job`);
  const type = isScalar(rep) ? `__l.Some<${typeText(ctx, rep)}>` : typeText(ctx, rep);
  return `__js.mixed_is<${type}>(${held})`;
}

/** `value instanceof C`: errors have a base that asc can ask for, other classes are known by their numbers. */
export function isOfClass(ctx: Context, held: string, rep: Rep & { kind: "class" }): Code {
  if (isErrorClass(ctx, rep.symbol)) return `(${held} instanceof ${typeText(ctx, rep)})`;
  const all: Rep[] = [rep, ...ctx.job.derivedFrom(rep.symbol).map((symbol): Rep => ({ kind: "class", symbol, args: [] }))];
  return code`(${separated(all.map((r) => `__js.mixed_is<${typeText(ctx, r)}>(${held})`), " || ")})`;
}

/** The value of a variable, or the default where it is undefined. */
export function definedOr(value: Code, otherwise: Code): Code {
  return code`(__js.isUndefinedIn<__js.Mixed | null>(${value}) ? ${otherwise} : ${value})`;
}

/** `typeof value`. */
export function mixedTypeof(value: Value): Value {
  return { code: code`__js.mixed_typeof(${value.code})`, rep: STRING };
}

/** `value instanceof C`. */
export function mixedInstance(ctx: Context, value: Value, rep: Rep, node: ts.Node): Value {
  const held = temporary(ctx, value.rep);
  return { code: code`(${held} = ${value.code}, ${isOf(ctx, held, rep, node)})`, rep: BOOLEAN };
}

/** `Array.isArray(value)`. */
export function mixedIsArray(ctx: Context, value: Value, node: ts.Node): Value {
  const members = (value.rep as MixedRep).of;
  if (members.length === 0) return { code: code`__js.mixed_isArray(${value.code})`, rep: BOOLEAN };
  const held = temporary(ctx, value.rep);
  const arrays = members.filter((m) => m.kind === "array" || (m.kind === "record" && m.record.tuple));
  return { code: code`(${held} = ${value.code}, ${arrays.length === 0 ? "false" : separated(arrays.map((m) => isOf(ctx, held, m, node)), " || ")})`, rep: BOOLEAN };
}
