// Reading fields, elements and optional chains. Each access is lowered on a receiver that is there already, so that `a.b`, `a?.b`
// and assignments share it.
import ts from "typescript-compiler-api";
import { constant, property as builtinProperty, refused, staticMethod } from "../builtins.ts";
import type { Family } from "../builtins_table.ts";
import { isAskedFor, toleratesUndefined } from "../guards.ts";
import { symbolOf } from "../scopes.ts";
import { NUMBER, STRING, describe, fieldOf, isUnknown, orMissing } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { tupleAsArray } from "./arrays.ts";
import { globalName, localName, place, refuse, repOf, repOfSymbol, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { accessorName } from "./constructors.ts";
import { required } from "./convert.ts";
import { dictRead, keyText } from "./dicts.ts";
import { into, marked } from "./dispatch.ts";
import { checkErrorMember, errorClassName } from "./errors.ts";
import { peek, peekAt } from "./guarded_reads.ts";
import { substitutionOfMember } from "./inheritance.ts";
import { numberText } from "./literals.ts";
import { unknownField } from "./mixed.ts";
import { matchProperty, namedGroup, patternProperty } from "./matches.ts";
import { identifier, narrowed } from "./names.ts";
import { enumName, fieldByKey } from "./lookups.ts";
import { callOrFail } from "./optional_results.ts";

/** The family of built-in methods of a value, if it has one. */
export function familyOf(rep: Rep): Family | undefined {
  switch (rep.kind) {
    case "string":
    case "array":
    case "map":
    case "set":
    case "number":
    case "bigint":
    case "boolean":
    case "date":
    case "regexp":
      return rep.kind;
    default:
      return undefined;
  }
}

/** `a.b` where it is read. */
export function propertyAccess(ctx: Context, node: ts.PropertyAccessExpression): Value {
  const fixed = staticProperty(ctx, node) ?? errorClassName(ctx, node);
  if (fixed !== undefined) return fixed;
  const receiver = marked(ctx, node.expression);
  if (receiver.rep.kind === "dict") return dictRead(ctx, node, receiver);
  if (receiver.rep.kind === "groups") return namedGroup(ctx, node, node.name.text, receiver, mayBeAbsent(ctx, node));
  return narrowed(ctx, node, propertyOn(ctx, node, receiver));
}

/** The program asks here whether there is a value. */
function mayBeAbsent(ctx: Context, node: ts.Expression): boolean {
  return isAskedFor(ctx.job.checker, node) || toleratesUndefined(node);
}

/** What needs no receiver: constants, enum members, static fields, members of an imported namespace. */
function staticProperty(ctx: Context, node: ts.PropertyAccessExpression): Value | undefined {
  const member = enumMember(ctx, node);
  if (member !== undefined) return member;
  if (!ts.isIdentifier(node.expression)) return undefined;
  const owner = symbolOf(ctx.job.checker, node.expression);
  if (owner === undefined) return undefined;
  if (ctx.job.program.isLibrary(owner)) return libraryProperty(ctx, node);
  if (owner.flags & ts.SymbolFlags.ValueModule) return identifier(ctx, node.name as ts.Identifier);
  if (owner.flags & ts.SymbolFlags.Class && !isVariableSymbol(owner)) return staticField(ctx, node, owner);
  return undefined;
}

function isVariableSymbol(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.Variable) !== 0;
}

function libraryProperty(ctx: Context, node: ts.PropertyAccessExpression): Value | undefined {
  const name = `${(node.expression as ts.Identifier).text}.${node.name.text}`;
  const text = constant(name);
  if (text !== undefined) return { code: text, rep: NUMBER };
  const isKnown = "builtin" in staticMethod((node.expression as ts.Identifier).text, node.name.text, { count: 1, spread: false });
  if (isKnown)
    return refuse(ctx, node, "LF302", `'${name}' cannot be a value here in a job`, `wrap it: (x) => ${name}(x)`);
  if (/^[A-Z]/.test(name)) {
    const known = refused(name);
    ctx.job.diagnostics.add(node.getSourceFile(), node.getStart(), known);
    return refuse(ctx, node, "LF302", known.message);
  }
  return undefined;
}

function staticField(ctx: Context, node: ts.PropertyAccessExpression, owner: ts.Symbol): Value {
  const member = ctx.job.checker.getSymbolAtLocation(node.name);
  if (member === undefined || member.flags & ts.SymbolFlags.Method) {
    return refuse(ctx, node, "LF302", "a method cannot be a value", wrapped(node, member));
  }
  const declared = owner.valueDeclaration;
  if (declared !== undefined && ts.isClassDeclaration(declared) && declared.typeParameters !== undefined) {
    return refuse(
      ctx,
      node,
      "LF314",
      "a static field of a generic class is not supported in a job",
      "make it a const of the file",
    );
  }
  return narrowed(ctx, node, {
    code: `${globalName(ctx, owner)}.${localName(node.name.text)}`,
    rep: repOfSymbol(ctx, member, node),
  });
}

/** The method as a function of its parameters. */
function wrapped(node: ts.PropertyAccessExpression, member: ts.Symbol | undefined): string {
  const declared = member?.declarations?.find((d) => ts.isMethodDeclaration(d) || ts.isMethodSignature(d));
  const names = ((declared as ts.MethodDeclaration | undefined)?.parameters ?? []).map((p, i) => (ts.isIdentifier(p.name) ? p.name.text : `a${i}`));
  return `wrap it: (${names.join(", ")}) => ${node.getText()}(${names.join(", ")})`;
}

function enumMember(ctx: Context, node: ts.PropertyAccessExpression | ts.ElementAccessExpression): Value | undefined {
  const name = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression;
  const symbol = ts.isMemberName(name) || ts.isStringLiteralLike(name) ? ctx.job.checker.getSymbolAtLocation(name) : undefined;
  const isMember = symbol !== undefined && (symbol.flags & ts.SymbolFlags.EnumMember) !== 0;
  if (!isMember) return undefined;
  const value = ctx.job.checker.getConstantValue((symbol.valueDeclaration ?? node) as ts.EnumMember);
  if (typeof value === "string") return { code: quote(value), rep: STRING };
  if (typeof value === "number") return { code: numberText(value), rep: NUMBER };
  return refuse(ctx, node, "LF322", `enum member '${node.getText()}' is computed when the job runs`);
}

/** The field as declared; not narrowed. */
export function propertyOn(ctx: Context, node: ts.PropertyAccessExpression, receiver: Value): Value {
  const { rep } = receiver;
  const name = node.name.text;
  if (rep.kind === "record") {
    const field = fieldOf(rep.record, name);
    if (field !== undefined) return { code: code`${receiver.code}.${localName(name)}`, rep: field.rep };
    if (rep.record.open && name === "length")
      return refuse(ctx, node, "LF302", `'${describe(rep)}' does not know in a job how many elements it has`, "ask for the element: t[1] === undefined");
    if (rep.record.tuple && name === "length") return { code: `${rep.record.fields.length}.0`, rep: NUMBER };
  }
  if (rep.kind === "dict") return dictRead(ctx, node, receiver);
  if (rep.kind === "regexp") return patternProperty(ctx, node, receiver);
  if (rep.kind === "match") return matchProperty(ctx, node, receiver);
  if (rep.kind === "class") return memberOn(ctx, node, receiver);
  if (rep.kind === "nullable")
    return refuse(ctx, node, "LF319", `this may be ${orMissing(rep.absent)}`, "test it first, or use ?. and ??");
  if (isUnknown(rep)) return unknownField(ctx, receiver, quote(name), node);
  if (rep.kind === "mixed") return refuse(ctx, node.name, "LF103", `'${describe(rep)}' is asked what it is before '${name}' of it is read in a job`, "test it with typeof, instanceof, Array.isArray or in");
  const family = familyOf(rep);
  const builtin = family && builtinProperty(family, name);
  if (builtin !== undefined) {
    return {
      code: code`__js.${builtin.helper}${builtinTypes(ctx, builtin.typeArguments, rep)}(${receiver.code})`,
      rep: NUMBER,
    };
  }
  const member = rep.kind === "api" ? ctx.job.checker.getSymbolAtLocation(node.name) : undefined;
  if (member !== undefined && !(member.flags & ts.SymbolFlags.Method))
    return { code: code`${receiver.code}.${name}`, rep: repOf(ctx, ctx.job.checker.getTypeOfSymbol(member), node) };
  if (rep.kind === "function") return refuse(ctx, node, "LF207", "properties of functions are not supported in a job");
  return refuse(
    ctx,
    node,
    "LF302",
    `'${name}' of '${describe(rep)}' cannot be a value in a job`,
    `call it, or wrap it: x => x.${name}(...)`,
  );
}

function memberOn(ctx: Context, node: ts.PropertyAccessExpression, receiver: Value): Value {
  const member = ctx.job.checker.getSymbolAtLocation(node.name);
  if (member === undefined || member.flags & ts.SymbolFlags.Method) {
    return refuse(ctx, node, "LF302", "a method cannot be a value", wrapped(node, member));
  }
  checkErrorMember(ctx, node, member);
  const rep = memberRep(ctx, receiver, member, node);
  const getter = node.expression.kind === ts.SyntaxKind.SuperKeyword ? member.declarations?.find(ts.isGetAccessorDeclaration) : undefined;
  if (getter !== undefined) return { code: `this.${accessorName(ctx, getter)}()`, rep };
  return { code: code`${receiver.code}.${localName(node.name.text)}`, rep };
}

/** The type of a class's member, with the class's type arguments filled in. */
export function memberRep(ctx: Context, receiver: Value, member: ts.Symbol, node: ts.Node): Rep {
  const declared = genericMember(member);
  const isOwned = receiver.rep.kind === "class" && declared.valueDeclaration !== undefined;
  const substitution = isOwned
    ? substitutionOfMember(ctx, receiver.rep as Rep & { kind: "class" }, declared.valueDeclaration as ts.Node)
    : ctx.substitution;
  return repOfSymbol({ ...ctx, substitution }, declared, node);
}

/** The member as the generic class declares it, not as one instantiation sees it. */
function genericMember(member: ts.Symbol): ts.Symbol {
  const declaration = member.valueDeclaration as (ts.Declaration & { symbol?: ts.Symbol }) | undefined;
  return declaration?.symbol ?? member;
}

function builtinTypes(ctx: Context, refs: readonly string[], rep: Rep): string {
  if (refs.length === 0) return "";
  if (rep.kind === "map") return `<${typeText(ctx, rep.key)}, ${typeText(ctx, rep.value)}>`;
  return rep.kind === "array" || rep.kind === "set" ? `<${typeText(ctx, rep.item)}>` : "";
}

/** `a[i]` where it is read. */
export function elementAccess(ctx: Context, node: ts.ElementAccessExpression): Value {
  const member = enumMember(ctx, node);
  if (member !== undefined) return member;
  const named = enumName(ctx, node);
  if (named !== undefined) return named;
  const receiver = marked(ctx, node.expression);
  if (receiver.rep.kind === "dict") return dictRead(ctx, node, receiver);
  const peeked = mayBeMissing(ctx, node, receiver) ? peek(ctx, node, receiver) : undefined;
  return peeked ?? narrowed(ctx, node, elementOn(ctx, node, receiver));
}

/** Whether the program takes undefined for an element that is not there. Numbers are not compared as undefined: that takes a box. */
function mayBeMissing(ctx: Context, node: ts.ElementAccessExpression, receiver: Value): boolean {
  if (isAskedFor(ctx.job.checker, node) || isOfVariable(ctx, node)) return true;
  const item = receiver.rep.kind === "array" ? receiver.rep.item : receiver.rep;
  return toleratesUndefined(node) && (item.kind === "string" || item.kind === "match" || item.kind === "class" || item.kind === "record");
}

/** `const b = xs[1]`, where b may be undefined. */
function isOfVariable(ctx: Context, node: ts.ElementAccessExpression): boolean {
  const { parent } = node;
  if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return false;
  const symbol = symbolOf(ctx.job.checker, parent.name);
  return symbol !== undefined && ctx.job.missing.has(symbol);
}

/** The element of a receiver that is there already. */
export function elementOn(ctx: Context, node: ts.ElementAccessExpression, receiver: Value): Value {
  const { rep } = receiver;
  const index = node.argumentExpression;
  if (rep.kind === "record") {
    const name = fixedName(index, rep.record.tuple);
    const field = name === undefined ? undefined : fieldOf(rep.record, name);
    if (field !== undefined) return { code: code`${receiver.code}.${localName(field.name)}`, rep: field.rep };
    if (rep.record.tuple) return elementOn(ctx, node, tupleAsArray(ctx, node, receiver, rep));
    const looked = fieldByKey(ctx, index, receiver, rep.record);
    if (looked !== undefined) return looked;
  }
  if (rep.kind === "array" && (isUnknown(rep.item) || (rep.item.kind === "nullable" && rep.item.absent !== "null")))
    return peekAt(ctx, receiver, rep.item, into(ctx, index, NUMBER));
  const at = (): Code => code`${into(ctx, index, NUMBER)}, ${place(ctx, node)}`;
  if (rep.kind === "array")
    return { code: code`__js.array_get<${typeText(ctx, rep.item)}>(${receiver.code}, ${at()})`, rep: rep.item };
  if (rep.kind === "dict") return dictRead(ctx, node, receiver);
  if (isUnknown(rep)) return unknownField(ctx, receiver, keyText(ctx, index), node);
  if (rep.kind === "match") return { code: code`__js.match_get(${receiver.code}, ${at()})`, rep: STRING };
  if (rep.kind === "groups") return namedGroup(ctx, node, fixedName(index, false), receiver, mayBeAbsent(ctx, node));
  if (rep.kind === "string") return { code: code`__js.string_get(${receiver.code}, ${at()})`, rep: STRING };
  if (rep.kind === "nullable")
    return refuse(ctx, node, "LF319", `this may be ${orMissing(rep.absent)}`, "test it first, or use ?. and ??");
  return refuse(ctx, node, "LF307", `'${describe(rep)}' has no computed elements in a job`);
}

/** The field that a constant index names. */
export function fixedName(index: ts.Expression, tuple: boolean): string | undefined {
  if (ts.isStringLiteralLike(index)) return index.text;
  if (!ts.isNumericLiteral(index)) return undefined;
  return tuple ? `_${index.text}` : index.text;
}

/** `x!`: what may be missing is asked for with the user's place. */
export function nonNull(ctx: Context, node: ts.NonNullExpression): Value {
  const direct = callOrFail(ctx, node);
  if (direct !== undefined) return direct;
  return required(ctx, node, marked(ctx, node.expression));
}
