// Arguments of calls to the user's own functions, and the type arguments that TypeScript inferred for them.
import ts from "typescript-compiler-api";
import { isFunction, isTopLevel, symbolOf } from "../scopes.ts";
import { NULL } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { arrayOf } from "./arrays.ts";
import { refuse, repAt, repOf, temporary } from "./context.ts";
import type { Context } from "./context.ts";
import { convert, unwrapped } from "./convert.ts";
import { into, marked } from "./dispatch.ts";

/** What the type parameters of a generic callee stand for in this call. */
export function typeArgumentsOf(
  ctx: Context,
  node: ts.CallExpression | ts.NewExpression,
  declaration: ts.SignatureDeclaration,
): Rep[] {
  if (declaration.typeParameters === undefined) return [];
  const signature = ctx.job.checker.getResolvedSignature(node);
  const types = signature === undefined ? [] : typeArgumentsForSignature(ctx.job.checker, signature);
  return types.map((t) => repOf(ctx, t, node));
}

/** Explicit or inferred type arguments of a resolved call. */
export function typeArgumentsForSignature(checker: ts.TypeChecker, signature: ts.Signature): readonly ts.Type[] {
  return (
    (
      checker as ts.TypeChecker & {
        getTypeArgumentsForResolvedSignature(s: ts.Signature): readonly ts.Type[] | undefined;
      }
    ).getTypeArgumentsForResolvedSignature(signature) ?? []
  );
}

/** The arguments, each as its parameter wants it. */
export function passArguments(
  ctx: Context,
  node: ts.CallExpression | ts.NewExpression,
  declaration: ts.SignatureDeclaration | undefined,
  reps: readonly Rep[],
): Code {
  const given = withoutTrailingUndefined(node.arguments ?? [], declaration);
  const last = declaration?.parameters.at(-1);
  const rest = last?.dotDotDotToken === undefined ? undefined : reps.at(-1);
  const fixed = rest === undefined ? given : given.slice(0, reps.length - 1);
  const passed = fixed.flatMap((argument, i): Code[] => {
    if (ts.isSpreadElement(argument)) return spreadTuple(ctx, argument, reps.slice(i));
    const rep = reps[i] ?? NULL;
    const fallback = declaration?.parameters[i]?.initializer;
    return [fallback === undefined ? into(ctx, argument, rep) : orDefault(ctx, argument, fallback, rep)];
  });
  if (rest !== undefined && rest.kind === "array")
    passed.push(arrayOf(ctx, node, given.slice(reps.length - 1), rest.item));
  else if (declaration !== undefined && ts.isMethodSignature(declaration))
    passed.push(...reps.slice(passed.length).map(() => "null"));
  return separated(passed, ", ");
}

/** `undefined` for a parameter with a default is the default. */
function orDefault(ctx: Context, argument: ts.Expression, fallback: ts.Expression, rep: Rep): Code {
  const isMissing = isUndefined(argument);
  if (!isMissing && (rep.kind === "nullable" || repAt(ctx, argument).kind !== "nullable"))
    return into(ctx, argument, rep);
  if (!isConstant(ctx, fallback))
    return refuse(ctx, argument, "LF319", "this may be undefined, and the default is computed in the function", "pass a value: x ?? other");
  if (isMissing) return into(ctx, fallback, rep);
  const value = marked(ctx, argument);
  const held = temporary(ctx, value.rep);
  const there = convert(ctx, unwrapped(ctx, { code: held, rep: value.rep }), rep, argument);
  return code`((${held} = ${value.code}) !== null ? ${there} : ${into(ctx, fallback, rep)})`;
}

/** The same wherever it is computed: it names nothing of the function. */
function isConstant(ctx: Context, node: ts.Node): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword || isFunction(node)) return false;
  if (ts.isPropertyAccessExpression(node)) return isConstant(ctx, node.expression);
  if (ts.isPropertyAssignment(node)) return isConstant(ctx, node.initializer);
  const symbol = ts.isIdentifier(node) ? symbolOf(ctx.job.checker, node) : undefined;
  if (symbol?.valueDeclaration !== undefined && !isTopLevel(symbol.valueDeclaration) && !ctx.job.program.isLibrary(symbol))
    return false;
  return ts.forEachChild(node, (n) => !isConstant(ctx, n)) !== true;
}

/** `f(...tuple)`: its elements, one by one. */
function spreadTuple(ctx: Context, node: ts.SpreadElement, reps: readonly Rep[]): Code[] {
  const value = marked(ctx, node.expression);
  if (value.rep.kind !== "record" || !value.rep.record.tuple)
    return refuse(ctx, node, "LF315", "spread arguments are supported only for a rest parameter, or from a tuple");
  const held = temporary(ctx, value.rep);
  return value.rep.record.fields.map((field, i) => {
    const read = i === 0 ? code`(${held} = ${value.code}).${field.name}` : `${held}.${field.name}`;
    return convert(ctx, { code: read, rep: field.rep }, reps[i] ?? field.rep, node);
  });
}

/** `f(a, undefined)` is `f(a)`. */
function withoutTrailingUndefined(
  given: readonly ts.Expression[],
  declaration: ts.SignatureDeclaration | undefined,
): readonly ts.Expression[] {
  let count = given.length;
  while (
    count > 0 &&
    isUndefined(given[count - 1] as ts.Expression) &&
    declaration?.parameters[count - 1]?.initializer !== undefined
  )
    count--;
  return given.slice(0, count);
}

export function isUndefined(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === "undefined";
}
