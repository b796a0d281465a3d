// Parameters: what callers see, padding to a wanted signature, defaults, patterns, and those that live in a frame.
import ts from "typescript-compiler-api";
import { isUnknown, mayBeMixed, nullable, present, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { freshName, localName, refuse, repOfSymbol, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, unwrapped } from "./convert.ts";
import { definedOr } from "./mixed.ts";
import { bindPattern } from "./destructuring.ts";
import { into } from "./dispatch.ts";
import { bindEnvironment, enterFrame, place as variablePlace } from "./names.ts";

/** The parameters that callers of the function itself see, in order: one with a default may be left out, and the function sees to it. */
export function parameterReps(ctx: Context, node: ts.SignatureDeclaration): Rep[] {
  return node.parameters.filter((p) => !isThisParameter(p)).map((p) => givenRep(ctx, p));
}

function givenRep(ctx: Context, node: ts.ParameterDeclaration): Rep {
  const rep = repOfSymbol(ctx, parameterSymbol(ctx, node), node);
  if (node.initializer === undefined) return rep;
  if (rep.kind === "nullable" && !isMissing(node.initializer))
    refuse(ctx, node, "LF102", "this may be null and has a default for undefined, which a job cannot tell apart", "a default of null, and ?? in the body");
  return nullable(rep, "undefined");
}

function isMissing(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined");
}

/** The variable; a parameter property has the field of the class beside it. */
export function parameterSymbol(ctx: Context, parameter: ts.ParameterDeclaration): ts.Symbol {
  const { checker } = ctx.job;
  if (ts.isIdentifier(parameter.name) && ts.isParameterPropertyDeclaration(parameter, parameter.parent))
    return checker.getSymbolsOfParameterPropertyDeclaration(parameter, parameter.name.text)[0] as ts.Symbol;
  const symbol = ts.isIdentifier(parameter.name) ? checker.getSymbolAtLocation(parameter.name) : undefined;
  return symbol ?? (parameter as unknown as { symbol: ts.Symbol }).symbol;
}

function isThisParameter(parameter: ts.ParameterDeclaration): boolean {
  return ts.isIdentifier(parameter.name) && parameter.name.text === "this";
}

/** Names of the lowered parameters, padded to `wanted`, and what the body does with them first. */
export function parameters(
  ctx: Context,
  node: ts.SignatureDeclaration,
  wanted: readonly Rep[],
): { names: string[]; prologue: Code } {
  const own = node.parameters.filter((p) => !isThisParameter(p));
  const prologue: Code[] = [bindEnvironment(ctx, node), enterFrame(ctx, node)];
  const names = wanted.map((rep, i) => {
    const parameter = own[i];
    if (parameter === undefined) return `__p${i}`;
    const { name, setup } = bindParameter(ctx, parameter, rep, i);
    prologue.push(setup);
    return name;
  });
  return { names, prologue };
}

/** How a parameter is called, and how it comes to its own type, default, pattern and frame. */
export function bindParameter(
  ctx: Context,
  node: ts.ParameterDeclaration,
  given: Rep,
  index: number,
): { name: string; setup: Code } {
  if (!ts.isIdentifier(node.name)) {
    const name = `__p${index}`;
    const rep = repOfSymbol(ctx, parameterSymbol(ctx, node), node);
    const value = withDefault(ctx, node, { code: name, rep: given }, rep);
    return { name, setup: bindPattern(ctx, node.name, { code: value, rep }) };
  }
  const symbol = parameterSymbol(ctx, node);
  const isUntyped = (ctx.job.checker.getTypeOfSymbol(symbol).flags & ts.TypeFlags.Unknown) !== 0;
  const own = isUntyped && !mayBeMixed(present(given)) && !isUnknown(given) ? given : repOfSymbol(ctx, symbol, node);
  const captured = ctx.job.captures.holder(symbol) !== undefined;
  const isPlain = sameRep(own, given) && !(node.initializer !== undefined && isUnknown(given));
  if (!captured && isPlain) return { name: localName(node.name.text), setup: "" };
  const name = freshName(ctx, "a");
  const value = withDefault(ctx, node, { code: name, rep: given }, own);
  const target = variablePlace(ctx, symbol, node, node);
  return {
    name,
    setup: captured ? code`${target} = ${value}; ` : code`let ${target}: ${typeText(ctx, own)} = ${value}; `,
  };
}

function withDefault(ctx: Context, node: ts.ParameterDeclaration, value: Value, rep: Rep): Code {
  if (node.initializer !== undefined && isUnknown(value.rep)) return definedOr(value.code, into(ctx, node.initializer, rep));
  if (node.initializer === undefined || value.rep.kind !== "nullable" || rep.kind === "nullable")
    return convert(ctx, value, rep, node);
  return code`(${value.code} !== null ? ${convert(ctx, unwrapped(ctx, value), rep, node)} : ${into(ctx, node.initializer, rep)})`;
}

/** Parameters of a function that is called by its name: what may be left out at the end, patterns and captured ones unpacked. */
export function directParameters(ctx: Context, node: ts.SignatureDeclaration): { list: Code; prologue: Code } {
  const prologue: Code[] = [enterFrame(ctx, node)];
  const parts = node.parameters
    .filter((p) => !isThisParameter(p))
    .map((p, i) => {
      const rep = givenRep(ctx, p);
      const { name, setup } = bindParameter(ctx, p, rep, i);
      prologue.push(setup);
      const isOptional = p.initializer !== undefined || p.questionToken !== undefined;
      const missing = p.dotDotDotToken !== undefined ? " = []" : isOptional && rep.kind === "nullable" ? " = null" : isOptional && isUnknown(rep) ? " = __js.mixed_undefined()" : "";
      return code`${from(p, name)}: ${typeText(ctx, rep)}${missing}`;
    });
  return { list: separated(parts, ", "), prologue };
}
