// Arguments of calls to the user's own functions, and the type arguments that TypeScript inferred for them.
import ts from "typescript-compiler-api";
import { NULL, isUnknown } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { arrayOf } from "./arrays.ts";
import { refuse, repOf, temporary } from "./context.ts";
import type { Context } from "./context.ts";
import { convert, missing } from "./convert.ts";
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
  const given = node.arguments ?? [];
  const last = declaration?.parameters.at(-1);
  const rest = last?.dotDotDotToken === undefined ? undefined : reps.at(-1);
  const fixed = rest === undefined ? given : given.slice(0, reps.length - 1);
  const passed = fixed.flatMap((argument, i): Code[] => {
    if (ts.isSpreadElement(argument)) return spreadTuple(ctx, argument, reps.slice(i));
    return [into(ctx, argument, reps[i] ?? NULL)];
  });
  passed.push(...reps.slice(passed.length, rest === undefined ? undefined : -1).map((rep) => (isUnknown(rep) ? missing(ctx, rep) : "null")));
  if (rest?.kind === "array") passed.push(arrayOf(ctx, node, given.slice(reps.length - 1), rest.item));
  return separated(passed, ", ");
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

export function isUndefined(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === "undefined";
}
