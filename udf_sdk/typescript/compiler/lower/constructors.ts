// How an object begins: initial values of fields, constructors, parameter properties. In a derived class all of it happens behind
// super(...), where AssemblyScript would do it before, under the base's own constructor.
import ts from "typescript-compiler-api";
import { VOID } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { emptyText, localName, repOfSymbol, typeText } from "./context.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { into } from "./dispatch.ts";
import { functionBody, functionContext } from "./functions.ts";
import { place } from "./names.ts";
import { directParameters, parameterSymbol } from "./parameters.ts";

/** A field with its initial value, which a method of its own sets where the constructor has to call super(...) first. */
export function field(ctx: Context, node: ts.PropertyDeclaration, name: string, rep: Rep): Code {
  const empty = emptyText(ctx, rep);
  const initial = node.initializer === undefined ? empty : into(outside(ctx), node.initializer, rep);
  const type = typeText(ctx, rep);
  if (!startsBehindSuper(node)) return code`${name}: ${type} = ${initial};`;
  return code`${name}: ${type} = ${empty}; ${startName(ctx, node)}(): void { this.${name} = ${initial}; }`;
}

/** Initial values stand outside any body. */
function outside(ctx: Context): Context {
  return { ...ctx, fn: { ...ctx.fn, temporaries: undefined } };
}

function startsBehindSuper(node: ts.ClassElement): node is ts.PropertyDeclaration {
  if (!ts.isPropertyDeclaration(node) || node.initializer === undefined) return false;
  const { parent } = node;
  return (
    (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) === 0 &&
    parent.members.some((m) => ts.isConstructorDeclaration(m) && m.body !== undefined) &&
    (parent.heritageClauses ?? []).some((h) => h.token === ts.SyntaxKind.ExtendsKeyword)
  );
}

/** A name that no other field of the class or of its bases has. */
function startName(ctx: Context, node: ts.PropertyDeclaration): string {
  const { checker } = ctx.job;
  let depth = 0;
  let type: ts.Type | undefined = checker.getTypeAtLocation(node.parent);
  while ((type = checker.getBaseTypes(type as ts.InterfaceType)[0]) !== undefined) depth++;
  return `__start${depth}_${node.pos}`;
}

function starts(ctx: Context, node: ts.ClassLikeDeclaration): string {
  return node.members.filter(startsBehindSuper).map((m) => `this.${startName(ctx, m)}(); `).join("");
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
  if (superCall !== undefined) ctx.job.afterSuper.set(superCall, code`${starts(ctx, node.parent)}${stores}`);
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
