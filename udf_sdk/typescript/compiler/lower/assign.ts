// Assignments: to variables, fields, elements and patterns, with or without an operator, and increments.
import ts from "typescript-compiler-api";
import { enclosingFunction, isVariable, symbolOf } from "../scopes.ts";
import { BIGINT, NUMBER, STRING, describe, isScalar, isUnknown, present } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { fixedName, propertyOn } from "./access.ts";
import { localName, place as userPlace, refuse, repOfSymbol, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { accessorName } from "./constructors.ts";
import { convert, truthy, unwrapped } from "./convert.ts";
import { dictOk, keyOf } from "./dicts.ts";
import type { DictAccess } from "./dicts.ts";
import { assignPattern } from "./destructuring.ts";
import { into, marked } from "./dispatch.ts";
import { fieldTargetByKey } from "./lookups.ts";
import { frameAt, narrowed, place, startCheck } from "./names.ts";
import { arithmetic } from "./operators.ts";
import { textInto } from "./text.ts";

const K = ts.SyntaxKind;

/** Something that can be assigned to: how it is read and how it is written, its receiver computed once. */
interface Target {
  readonly rep: Rep;
  /** Puts receiver and index aside, for targets that are read and written; empty for simple ones. */
  readonly setup: readonly Code[];
  readonly read: Code;
  /** Whether there is a value, which `found` then gives: of an object by key, where there may be none. */
  readonly ok?: Code;
  write(value: Code): Code;
}

/** `target = value`. */
export function assignment(ctx: Context, node: ts.BinaryExpression): Value {
  const left = skipParentheses(node.left);
  if (ts.isArrayLiteralExpression(left) || ts.isObjectLiteralExpression(left)) return assignPattern(ctx, node, left);
  const target = targetOf(ctx, left, false);
  const store = target.write(into(ctx, node.right, target.rep));
  return { code: code`(${separated([...target.setup, store], ", ")})`, rep: target.rep };
}

function skipParentheses(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) || ts.isNonNullExpression(node) ? skipParentheses(node.expression) : node;
}

/** The target, its receiver put aside when it is `reused`. */
export function targetOf(ctx: Context, node: ts.Expression, reused: boolean): Target {
  const left = skipParentheses(node);
  if (ts.isIdentifier(left)) return variableTarget(ctx, left);
  if (ts.isPropertyAccessExpression(left)) return fieldTarget(ctx, left, reused);
  if (ts.isElementAccessExpression(left)) return elementTarget(ctx, left, reused);
  return refuse(ctx, node, "LF320", "this cannot be assigned to in a job");
}

function simple(rep: Rep, read: Code, setup: readonly Code[] = []): Target {
  return { rep, setup, read, write: (value) => code`${read} = ${value}` };
}

function variableTarget(ctx: Context, node: ts.Identifier): Target {
  const symbol = symbolOf(ctx.job.checker, node);
  const declaration = symbol?.valueDeclaration;
  if (symbol === undefined || !isVariable(declaration))
    return refuse(ctx, node, "LF320", `'${node.text}' cannot be assigned to in a job`);
  const check = startCheck(ctx, symbol, declaration, node);
  const target = simple(repOfSymbol(ctx, symbol, node), place(ctx, symbol, declaration, node), check === "" ? [] : [check]);
  const frame = ctx.job.captures.holder(symbol);
  const isOuter = frame !== undefined && enclosingFunction(node) !== enclosingFunction(declaration);
  return isOuter ? guarded(target, frameAt(ctx, frame, node)) : target;
}

/** A write that ends the call when main made the object: what the check before lowering could not see (purity.ts). */
function guarded(target: Target, object: Code): Target {
  return { ...target, write: (value) => code`(__js.guard(changetype<usize>(${object})), ${target.write(value)})` };
}

function fieldTarget(ctx: Context, node: ts.PropertyAccessExpression, reused: boolean): Target {
  const owner = ts.isIdentifier(node.expression) ? symbolOf(ctx.job.checker, node.expression) : undefined;
  checkStatic(ctx, node);
  if (owner !== undefined && owner.flags & ts.SymbolFlags.Class) {
    const field = marked(ctx, node);
    return simple(field.rep, field.code);
  }
  const receiver = marked(ctx, node.expression);
  if (receiver.rep.kind === "array" && node.name.text === "length") return lengthTarget(ctx, node, receiver);
  if (receiver.rep.kind === "dict") return dictTarget(ctx, node, receiver, reused);
  if (receiver.rep.kind === "regexp" && node.name.text === "lastIndex") return lastIndexTarget(receiver);
  const isObject = receiver.rep.kind === "record" || receiver.rep.kind === "class";
  const needsGuard = isObject && enclosingFunction(node) !== undefined && !isOwnField(node);
  const held = reused || needsGuard ? aside(ctx, node.expression, receiver) : { value: receiver, setup: [] };
  const field = propertyOn(ctx, node, held.value);
  const target = simple(field.rep, field.code, held.setup);
  if (node.expression.kind === K.SuperKeyword) return superTarget(ctx, node, target);
  return needsGuard && isScalar(field.rep) ? guarded(target, held.value.code) : target;
}

/** `B.n = v` where n is a static field of a base makes a field of B's own in JavaScript, and the base keeps what it has. */
function checkStatic(ctx: Context, node: ts.PropertyAccessExpression): void {
  const declared = ctx.job.checker.getSymbolAtLocation(node.name)?.valueDeclaration;
  if (declared === undefined || !ts.isPropertyDeclaration(declared) || !ts.isClassDeclaration(declared.parent)) return;
  const holder = ctx.job.checker.getTypeAtLocation(node.expression).symbol?.valueDeclaration;
  const isStatic = (ts.getCombinedModifierFlags(declared) & ts.ModifierFlags.Static) !== 0;
  if (!isStatic || holder === undefined || holder === declared.parent) return;
  const [own, base, name] = [node.expression.getText(), declared.parent.name?.text ?? "the base", node.name.text];
  refuse(ctx, node, "LF320", `'${name}' is a static field of '${base}', and this would give '${own}' one of its own`, `write ${base}.${name}, or declare 'static override ${name}' in the derived class`);
}

/** `super.x = v`: the base's setter, and where it has none TypeScript has said so. */
function superTarget(ctx: Context, node: ts.PropertyAccessExpression, target: Target): Target {
  const setter = ctx.job.checker.getSymbolAtLocation(node.name)?.declarations?.find(ts.isSetAccessorDeclaration);
  if (setter === undefined) return refuse(ctx, node, "LF320", "only what has a setter is written through super in a job", "write this. instead of super.");
  return { ...target, write: (value) => code`this.${accessorName(ctx, setter)}(${value})` };
}

/** `this.x = ...` in a constructor. */
function isOwnField(node: ts.PropertyAccessExpression): boolean {
  const fn = enclosingFunction(node);
  return node.expression.kind === K.ThisKeyword && fn !== undefined && ts.isConstructorDeclaration(fn);
}

/** `xs.length = n` cuts the array. */
function lengthTarget(ctx: Context, node: ts.PropertyAccessExpression, receiver: Value): Target {
  const item = typeText(ctx, (receiver.rep as Rep & { kind: "array" }).item);
  return {
    rep: NUMBER,
    setup: [],
    read: code`__js.array_length<${item}>(${receiver.code})`,
    write: (value) => code`__js.array_setLength<${item}>(${receiver.code}, ${value}, ${userPlace(ctx, node)})`,
  };
}

/** `re.lastIndex = n`: where the next exec or test begins. */
function lastIndexTarget(receiver: Value): Target {
  return { rep: NUMBER, setup: [], read: code`${receiver.code}.lastIndex`, write: (value) => code`__js.regexp_setLastIndex(${receiver.code}, ${value})` };
}

/** The receiver in a variable, unless reading it again is free. */
function aside(ctx: Context, node: ts.Expression, value: Value): { value: Value; setup: Code[] } {
  const isFree = ts.isIdentifier(node) || node.kind === K.ThisKeyword || node.kind === K.SuperKeyword || ts.isNumericLiteral(node);
  if (isFree) return { value, setup: [] };
  const held = temporary(ctx, value.rep);
  return { value: { code: held, rep: value.rep }, setup: [code`${held} = ${value.code}`] };
}

function elementTarget(ctx: Context, node: ts.ElementAccessExpression, reused: boolean): Target {
  const receiver = marked(ctx, node.expression);
  const { rep } = receiver;
  if (rep.kind === "record") return tupleTarget(ctx, node, receiver, rep, reused);
  if (rep.kind === "dict") return dictTarget(ctx, node, receiver, reused);
  if (rep.kind !== "array")
    return refuse(ctx, node, "LF320", `elements of '${describe(rep)}' cannot be assigned in a job`);
  const index = { code: into(ctx, node.argumentExpression, NUMBER), rep: NUMBER };
  const list = reused ? aside(ctx, node.expression, receiver) : { value: receiver, setup: [] };
  const at = reused ? aside(ctx, node.argumentExpression, index) : { value: index, setup: [] };
  const item = typeText(ctx, rep.item);
  const where = userPlace(ctx, node);
  return {
    rep: rep.item,
    setup: [...list.setup, ...at.setup],
    read: code`__js.array_get<${item}>(${list.value.code}, ${at.value.code}, ${where})`,
    write: (value) => code`__js.array_set<${item}>(${list.value.code}, ${at.value.code}, ${value}, ${where})`,
  };
}

/** `d[key] = v`, `d.key = v` of an object by key; receiver and key are put aside where they are needed twice. */
function dictTarget(ctx: Context, node: DictAccess, receiver: Value, reused: boolean): Target {
  const { value: rep } = receiver.rep as Rep & { kind: "dict" };
  const key: Value = { code: keyOf(ctx, node), rep: STRING };
  const dict = reused ? aside(ctx, node.expression, receiver) : { value: receiver, setup: [] };
  const isFixed = ts.isPropertyAccessExpression(node);
  const at = reused && !isFixed ? aside(ctx, node.argumentExpression, key) : { value: key, setup: [] };
  const type = typeText(ctx, rep);
  return {
    rep,
    setup: [...dict.setup, ...at.setup],
    ok: dictOk(ctx, dict.value, at.value.code),
    read: code`__js.dict_get<${type}>(${dict.value.code}, ${at.value.code}, ${userPlace(ctx, node)})`,
    write: (value) => code`__js.dict_set<${type}>(${dict.value.code}, ${at.value.code}, ${value})`,
  };
}

function tupleTarget(
  ctx: Context,
  node: ts.ElementAccessExpression,
  receiver: Value,
  rep: Rep & { kind: "record" },
  reused: boolean,
): Target {
  const name = fixedName(node.argumentExpression, rep.record.tuple);
  const field = rep.record.fields.find((f) => f.name === name);
  if (field === undefined) {
    const byKey = rep.record.tuple ? undefined : fieldTargetByKey(ctx, node.argumentExpression, receiver, rep.record);
    if (byKey === undefined) return refuse(ctx, node, "LF307", "a computed field is not supported in a job");
    return enclosingFunction(node) !== undefined && isScalar(byKey.rep) ? guarded(byKey, byKey.object) : byKey;
  }
  const held = reused ? aside(ctx, node.expression, receiver) : { value: receiver, setup: [] };
  return simple(field.rep, code`${held.value.code}.${localName(field.name)}`, held.setup);
}

const LOGICAL: ReadonlySet<ts.SyntaxKind> = new Set([
  K.BarBarEqualsToken,
  K.AmpersandAmpersandEqualsToken,
  K.QuestionQuestionEqualsToken,
]);

const OPERATORS: ReadonlyMap<ts.SyntaxKind, ts.SyntaxKind> = new Map([
  [K.PlusEqualsToken, K.PlusToken],
  [K.MinusEqualsToken, K.MinusToken],
  [K.AsteriskEqualsToken, K.AsteriskToken],
  [K.SlashEqualsToken, K.SlashToken],
  [K.PercentEqualsToken, K.PercentToken],
  [K.AsteriskAsteriskEqualsToken, K.AsteriskAsteriskToken],
  [K.BarEqualsToken, K.BarToken],
  [K.AmpersandEqualsToken, K.AmpersandToken],
  [K.CaretEqualsToken, K.CaretToken],
  [K.LessThanLessThanEqualsToken, K.LessThanLessThanToken],
  [K.GreaterThanGreaterThanEqualsToken, K.GreaterThanGreaterThanToken],
  [K.GreaterThanGreaterThanGreaterThanEqualsToken, K.GreaterThanGreaterThanGreaterThanToken],
]);

/** `target += value` and its like. */
export function compoundAssignment(ctx: Context, node: ts.BinaryExpression): Value {
  const operator = node.operatorToken.kind;
  const target = targetOf(ctx, node.left, true);
  if (LOGICAL.has(operator)) return logicalAssignment(ctx, node, target);
  const current = narrowed(ctx, node.left, { code: target.read, rep: target.rep });
  if (operator === K.PlusEqualsToken && current.rep.kind === "string") {
    return written(ctx, node, target, {
      code: code`(${current.code} + ${textInto(ctx, node.right)})`,
      rep: current.rep,
    });
  }
  const sum = arithmetic(ctx, node, OPERATORS.get(operator) ?? K.PlusToken, current, marked(ctx, node.right));
  return written(ctx, node, target, sum);
}

function written(ctx: Context, node: ts.Expression, target: Target, value: Value): Value {
  const store = target.write(convert(ctx, value, target.rep, node));
  return { code: code`(${separated([...target.setup, store], ", ")})`, rep: target.rep };
}

/** `a ||= b`, `a &&= b`, `a ??= b`: written only when needed. */
function logicalAssignment(ctx: Context, node: ts.BinaryExpression, target: Target): Value {
  const operator = node.operatorToken.kind;
  const store = target.write(into(ctx, node.right, target.rep));
  if (target.ok !== undefined) return logicalOfDict(ctx, node, target, target.ok, store);
  const current: Value = { code: target.read, rep: target.rep };
  const test = operator === K.QuestionQuestionEqualsToken ? presence(current) : truthy(ctx, current, node.left);
  const chosen =
    operator === K.AmpersandAmpersandEqualsToken
      ? code`(${test} ? (${store}) : ${current.code})`
      : code`(${test} ? ${current.code} : (${store}))`;
  const value: Value = { code: code`(${separated([...target.setup, chosen], ", ")})`, rep: target.rep };
  const isPresent =
    operator === K.QuestionQuestionEqualsToken && target.rep.kind === "nullable" && !canBeMissing(ctx, node);
  return isPresent ? unwrapped(ctx, value) : value;
}

/** The same under a key, where there may be nothing yet. */
function logicalOfDict(ctx: Context, node: ts.BinaryExpression, target: Target, ok: Code, store: Code): Value {
  const isCoalescing = node.operatorToken.kind === K.QuestionQuestionEqualsToken;
  if (node.operatorToken.kind === K.AmpersandAmpersandEqualsToken || target.rep.kind === "nullable" || isUnknown(target.rep))
    return refuse(ctx, node, "LF320", "this assignment to a key is not supported in a job", "write it out: if (d[key] === undefined) d[key] = value");
  const held = temporary(ctx, target.rep);
  const found = code`(${held} = __js.found<${typeText(ctx, target.rep)}>())`;
  const isKept = isCoalescing ? code`(${ok} ? (${found}, true) : false)` : code`(${ok} ? ${truthy(ctx, { code: found, rep: target.rep }, node)} : false)`;
  return { code: code`(${separated([...target.setup, code`${isKept} ? ${held} : (${store})`], ", ")})`, rep: target.rep };
}

function canBeMissing(ctx: Context, node: ts.Expression): boolean {
  const type = ctx.job.checker.getTypeAtLocation(node);
  return ctx.job.checker.getNonNullableType(type) !== type;
}

function presence(value: Value): Code {
  if (isUnknown(value.rep)) return code`(__js.mixed_orNull(${value.code}) !== null)`;
  return value.rep.kind === "nullable" ? code`(changetype<usize>(${value.code}) != 0)` : "true";
}

/** `x++`, `--x`: the new value, or the old one behind it. */
export function step(
  ctx: Context,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  operand: ts.Expression,
  operator: ts.SyntaxKind,
  isPrefix: boolean,
): Value {
  const target = targetOf(ctx, operand, true);
  const current = narrowed(ctx, operand, { code: target.read, rep: target.rep });
  const sign = operator === K.PlusPlusToken ? K.PlusToken : K.MinusToken;
  const rep = present(current.rep);
  if (rep.kind !== "number" && rep.kind !== "bigint")
    return refuse(ctx, node, "LF317", `'${describe(current.rep)}' cannot be counted up or down`);
  const one: Value = rep.kind === "number" ? { code: "1.0", rep: NUMBER } : { code: "(<i64>1)", rep: BIGINT };
  if (isPrefix || isUnused(node)) return written(ctx, node, target, arithmetic(ctx, node, sign, current, one));
  const old = temporary(ctx, rep);
  const store = target.write(convert(ctx, arithmetic(ctx, node, sign, { code: old, rep }, one), target.rep, node));
  return { code: code`(${separated([...target.setup, code`${old} = ${current.code}`, store, old], ", ")})`, rep };
}

function isUnused(node: ts.Node): boolean {
  return ts.isExpressionStatement(node.parent) || (ts.isForStatement(node.parent) && node.parent.incrementor === node);
}
