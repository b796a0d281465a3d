// How an object begins: initial values of fields, constructors, parameter properties. In a derived class all of it happens behind
// super(...), where AssemblyScript would do it before, under the base's own constructor.
import ts from "typescript-compiler-api";
import { VOID } from "../types.ts";
import type { Rep } from "../types.ts";
import { baseOf, isOwnField, mayBeUnset } from "../class_fields.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { emptyText, localName, place as placeOf, refuse, repOfSymbol, typeText } from "./context.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { into } from "./dispatch.ts";
import { functionBody, functionContext } from "./functions.ts";
import { place, thisBehindSuper } from "./names.ts";
import { directParameters, parameterSymbol } from "./parameters.ts";

/** A field with its initial value, which a method of its own sets where the constructor has to call super(...) first. */
export function field(ctx: Context, node: ts.PropertyDeclaration, name: string, rep: Rep): Code {
  if (isDeclaredAbove(ctx, node)) return "";
  if (isChecked(node, rep)) return checkedField(ctx, node, name, rep);
  const empty = emptyText(ctx, rep);
  const initial = node.initializer === undefined ? empty : into(outside(ctx), node.initializer, rep);
  const type = typeText(ctx, rep);
  if (!startsBehindSuper(ctx, node)) return code`${name}: ${type} = ${blanked(ctx, node, initial)};`;
  return code`${name}: ${type} = ${empty}; ${startName(ctx, node)}(): void { this.${name} = ${initial}; }`;
}

/** `declare k: T` makes no field of its own where a base has one. */
function isDeclaredAbove(ctx: Context, node: ts.PropertyDeclaration): boolean {
  if (!node.modifiers?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword)) return false;
  const above = baseOf(ctx.job.checker, node.parent);
  return above !== undefined && ctx.job.checker.getPropertyOfType(ctx.job.checker.getTypeAtLocation(above), node.name.getText()) !== undefined;
}

/** Nobody says that the field gets a value: `k!: T`, `declare k: T`, a static field without one. Null says it by itself. */
function isChecked(node: ts.PropertyDeclaration, rep: Rep): boolean {
  if (node.initializer !== undefined || rep.kind === "nullable") return false;
  const isStatic = (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) !== 0;
  return node.exclamationToken !== undefined || isStatic || (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Ambient) !== 0;
}

/** A field that knows whether it has a value: reading it before ends the record, where JavaScript would go on with undefined. */
function checkedField(ctx: Context, node: ts.PropertyDeclaration, name: string, rep: Rep): Code {
  const base = ts.isClassDeclaration(node.parent) ? baseOf(ctx.job.checker, node.parent) : undefined;
  const inherited = base && ctx.job.checker.getPropertyOfType(ctx.job.checker.getTypeAtLocation(base), node.name.getText());
  if (inherited !== undefined)
    refuse(ctx, node, "LF314", `'${node.name.getText()}' of a base needs a value here in a job`, "give it an initial value");
  const isStatic = (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) !== 0;
  const [word, owner] = isStatic ? ["static ", `${localName(node.parent.name?.text ?? "__default")}.`] : ["", "this."];
  const type = typeText(ctx, rep);
  const unset = code`__l.unset<${type}>(${quote(node.name.getText())}, ${placeOf(ctx, node)})`;
  return [
    // the first word of a static one is written by the caller
    code`__v_${name}: ${type} = ${emptyText(ctx, rep)}; ${word}__is_${name}: bool = ${blanked(ctx, node, "false")}; `,
    code`${word}get ${name}(): ${type} { return ${owner}__is_${name} ? ${owner}__v_${name} : ${unset}; } `,
    code`${word}set ${name}(v: ${type}) { ${owner}__v_${name} = v; ${owner}__is_${name} = true; } `,
    startsBehindSuper(ctx, node) ? code`${startName(ctx, node)}(): void { this.__is_${name} = false; }` : "",
  ];
}

/** The first field of an object whose fields may be read before they have a value clears all of them. */
function blanked(ctx: Context, node: ts.PropertyDeclaration, initial: Code): Code {
  const { checker } = ctx.job;
  const { parent } = node;
  if (!isOwnField(node) || !ts.isClassDeclaration(parent) || parent.members.find(isOwnField) !== node || baseOf(checker, parent) !== undefined) return initial;
  const isOpen = ctx.job.isExtended(checker.getTypeAtLocation(parent).symbol);
  const isNeeded = isOpen || parent.members.some((m) => isOwnField(m) && mayBeUnset(checker, m));
  return isNeeded ? code`(__l.blank(changetype<usize>(this)), ${initial})` : initial;
}

/** Initial values stand outside any body. */
function outside(ctx: Context): Context {
  return { ...ctx, fn: { ...ctx.fn, temporaries: undefined } };
}

/** What the base's constructor gave the field does not stay: the field begins anew behind super(...). */
function startsBehindSuper(ctx: Context, node: ts.ClassElement): node is ts.PropertyDeclaration {
  if (!isOwnField(node) || (node.initializer === undefined && !mayBeUnset(ctx.job.checker, node))) return false;
  const { parent } = node;
  return (
    parent.members.some((m) => ts.isConstructorDeclaration(m) && m.body !== undefined) &&
    (parent.heritageClauses ?? []).some((h) => h.token === ts.SyntaxKind.ExtendsKeyword)
  );
}

/** A name that no other field of the class or of its bases has. */
function startName(ctx: Context, node: ts.PropertyDeclaration): string {
  return `__start${depthOf(ctx, node.parent)}_${node.pos}`;
}

/** The method that does what the accessor of this class does, whatever overrides it. */
export function accessorName(ctx: Context, node: ts.AccessorDeclaration): string {
  const word = ts.isGetAccessorDeclaration(node) ? "get" : "set";
  return `__${word}${depthOf(ctx, node.parent as ts.ClassDeclaration)}_${localName(node.name.getText())}`;
}

function depthOf(ctx: Context, node: ts.ClassLikeDeclaration): number {
  const base = baseOf(ctx.job.checker, node);
  return base === undefined ? 0 : depthOf(ctx, base) + 1;
}

function starts(ctx: Context, node: ts.ClassLikeDeclaration): string {
  return node.members.flatMap((m) => (startsBehindSuper(ctx, m) ? [`this.${startName(ctx, m)}(); `] : [])).join("");
}

/** Fields get their initial values and parameter properties theirs before the body; behind super(...) in a derived class. */
export function constructorMember(ctx: Context, node: ts.ConstructorDeclaration): Code {
  if (node.body === undefined) return "";
  const inner = functionContext(ctx, node, VOID);
  const owned = node.parameters.filter((p) => ts.isParameterPropertyDeclaration(p, node)).map((p) => ownedField(inner, p));
  const fields = owned.map((f) => f.declared);
  const stores = code`${owned.map((f) => f.store)}`;
  const { list, prologue } = directParameters(inner, node);
  const superCall = node.body.statements.find(isSuperCall);
  if (superCall !== undefined) ctx.job.afterSuper.set(superCall, code`${thisBehindSuper(ctx, node)}${starts(ctx, node.parent)}${stores}`);
  const inside = functionBody(inner, node, superCall === undefined ? code`${prologue}${stores}` : prologue);
  return code`${fields}constructor(${list}) ${inside}`;
}

/** A parameter property: its field, and how it gets there what the parameter is. */
function ownedField(ctx: Context, node: ts.ParameterDeclaration): { declared: string; store: Code } {
  const parameter = parameterSymbol(ctx, node);
  const name = localName(parameter.name);
  const rep = repOfSymbol(ctx, ctx.job.checker.getSymbolAtLocation(node.name) as ts.Symbol, node);
  const value = { code: place(ctx, parameter, node, node), rep: repOfSymbol(ctx, parameter, node) };
  return {
    declared: `${name}: ${typeText(ctx, rep)} = ${emptyText(ctx, rep)}; `,
    store: code`this.${name} = ${convert(ctx, value, rep, node)}; `,
  };
}

function isSuperCall(node: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(node) &&
    ts.isCallExpression(node.expression) &&
    node.expression.expression.kind === ts.SyntaxKind.SuperKeyword
  );
}
