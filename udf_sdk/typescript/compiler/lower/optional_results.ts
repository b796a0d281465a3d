// Built-ins that may answer undefined, where the program says what then: `m.get(k) ?? d` and `xs.find(f)!` ask the helper in a
// way that needs no box and no allocation.
import ts from "typescript-compiler-api";
import { method } from "../builtins.ts";
import type { Builtin } from "../builtins_table.ts";
import { STRING, present } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { familyOf } from "./access.ts";
import { helperCall, passed, typeScope } from "./builtin_calls.ts";
import { repAt, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, text } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { peekOk } from "./guarded_reads.ts";
import { enumOf } from "./lookups.ts";
import { textInto } from "./text.ts";

export interface OptionalCall {
  readonly node: ts.CallExpression;
  readonly builtin: Builtin;
  readonly receiver: ts.Expression;
}

/** `recv.m(...)` where m is a built-in that may answer undefined. */
export function optionalCall(ctx: Context, given: ts.Expression): OptionalCall | undefined {
  let node = given;
  while (ts.isParenthesizedExpression(node)) node = node.expression;
  if (
    !ts.isCallExpression(node) ||
    node.flags & ts.NodeFlags.OptionalChain ||
    !ts.isPropertyAccessExpression(node.expression)
  )
    return undefined;
  const receiver = node.expression.expression;
  const family = familyOf(repAt(ctx, receiver));
  if (family === undefined) return undefined;
  const answer = method(family, node.expression.name.text, { count: node.arguments.length, spread: false });
  return "builtin" in answer && answer.builtin.optional ? { node, builtin: answer.builtin, receiver } : undefined;
}

/** `m.get(k) ?? d`; undefined when the left side is something else. */
export function coalesceCall(ctx: Context, node: ts.BinaryExpression, rep: Rep): Value | undefined {
  const there = coalesced(
    ctx,
    node,
    (value) => convert(ctx, value, rep, node.left),
    () => into(ctx, node.right, rep),
  );
  return there === undefined ? undefined : { code: there, rep };
}

/** The same where only the text is wanted. */
export function coalesceText(ctx: Context, node: ts.BinaryExpression): Code | undefined {
  return coalesced(
    ctx,
    node,
    (value) => text(ctx, value, node.left),
    () => textInto(ctx, node.right),
  );
}

function coalesced(
  ctx: Context,
  node: ts.BinaryExpression,
  found: (value: Value) => Code,
  other: () => Code,
): Code | undefined {
  const call = optionalCall(ctx, node.left);
  if (call === undefined) return coalescedElement(ctx, node, found, other);
  const { ok, of } = optionalOk(ctx, call);
  if (of.kind === "nullable") return undefined;
  return code`(${ok} ? ${found({ code: code`__js.found<${typeText(ctx, of)}>()`, rep: of })} : ${other()})`;
}

/** The call as a question whether there is a value, and what that is then. */
export function optionalOk(ctx: Context, call: OptionalCall): { ok: Code; of: Rep } {
  const receiver = marked(ctx, call.receiver);
  const types = typeScope(ctx, call.node, receiver.rep);
  const args = [receiver.code, ...passed(ctx, call.node, call.builtin, types)];
  const ok = helperCall(ctx, call.builtin, `${call.builtin.helper}Ok`, types, call.node, args, false);
  return { ok, of: storedRep(ctx, call.node, receiver.rep) };
}

/** `xs[i] ?? d`: asked without a box. */
function coalescedElement(
  ctx: Context,
  node: ts.BinaryExpression,
  found: (value: Value) => Code,
  other: () => Code,
): Code | undefined {
  const read = bareElement(node.left);
  if (read !== undefined && enumOf(ctx, read) !== undefined) return undefined;
  const receiver = read && repAt(ctx, read.expression);
  if (read === undefined || (receiver?.kind !== "dict" && receiver?.kind !== "array" && receiver?.kind !== "string" && receiver?.kind !== "match")) return undefined;
  const item = receiver.kind === "array" ? receiver.item : receiver.kind === "dict" ? receiver.value : STRING;
  if (item.kind === "nullable") return undefined;
  const there = found({ code: code`__js.found<${typeText(ctx, item)}>()`, rep: item });
  return code`(${peekOk(ctx, read, marked(ctx, read.expression))} ? ${there} : ${other()})`;
}

function bareElement(node: ts.Expression): ts.ElementAccessExpression | undefined {
  if (ts.isParenthesizedExpression(node)) return bareElement(node.expression);
  return ts.isElementAccessExpression(node) && !(node.flags & ts.NodeFlags.OptionalChain) ? node : undefined;
}

/** What the receiver holds, not yet `| undefined`. */
function storedRep(ctx: Context, node: ts.CallExpression, receiver: Rep): Rep {
  if (receiver.kind === "map") return receiver.value;
  return receiver.kind === "array" ? receiver.item : present(repAt(ctx, node));
}

/** `m.get(k)!`; undefined when it is another expression. */
export function callOrFail(ctx: Context, node: ts.NonNullExpression): Value | undefined {
  const call = optionalCall(ctx, node.expression);
  if (call === undefined) return undefined;
  const receiver = marked(ctx, call.receiver);
  const types = typeScope(ctx, call.node, receiver.rep);
  const of = storedRep(ctx, call.node, receiver.rep);
  if (of.kind === "nullable") return undefined;
  const args = [receiver.code, ...passed(ctx, call.node, call.builtin, types)];
  return { code: helperCall(ctx, call.builtin, `${call.builtin.helper}OrFail`, types, call.node, args, true), rep: of };
}
