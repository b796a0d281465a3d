// Elements that the program itself expects to be missing: `xs[i] ?? d`, `xs[i]?.a`, `xs[i] === undefined`, `if (xs[i])`. TypeScript's
// type of xs[i] does not say so; where the answer is tested at once, a missing element is undefined instead of an error.
import type ts from "typescript-compiler-api";
import { NUMBER, STRING, isScalar, nullable } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { missing } from "./convert.ts";
import { dictOk, keyText } from "./dicts.ts";
import { into } from "./dispatch.ts";
import { peekGroup } from "./matches.ts";

/** The element or undefined; nothing when the receiver is neither an array nor text. */
export function peek(ctx: Context, node: ts.ElementAccessExpression, receiver: Value): Value | undefined {
  const { rep } = receiver;
  if (rep.kind === "string") {
    const of = nullable(STRING, "undefined");
    return { code: code`(${peekOk(ctx, node, receiver)} ? __js.found<string>() : ${missing(ctx, of)})`, rep: of };
  }
  if (rep.kind === "match") return peekGroup(ctx, receiver, into(ctx, node.argumentExpression, NUMBER));
  return rep.kind === "array" ? peekAt(ctx, receiver, rep.item, into(ctx, node.argumentExpression, NUMBER)) : undefined;
}

/** The element of an array at an index, or undefined. */
export function peekAt(ctx: Context, array: Value, item: Rep, index: Code): Value {
  const of = nullable(item, "undefined");
  const type = typeText(ctx, item);
  const made = isScalar(item) ? code`new __l.Some<${type}>(__js.found<${type}>())` : `__js.found<${type}>()`;
  const ok = code`__js.array_peekOk<${type}>(${array.code}, ${index})`;
  return { code: code`(${ok} ? ${made} : ${missing(ctx, of)})`, rep: of };
}

/** Whether there is an element, which `__js.found<T>()` then gives. */
export function peekOk(ctx: Context, node: ts.ElementAccessExpression, receiver: Value): Code {
  if (receiver.rep.kind === "dict") return dictOk(ctx, receiver, keyText(ctx, node.argumentExpression));
  const index = into(ctx, node.argumentExpression, NUMBER);
  if (receiver.rep.kind === "match") return code`__js.match_peekOk(${receiver.code}, ${index})`;
  if (receiver.rep.kind !== "array") return code`__js.string_peekOk(${receiver.code}, ${index})`;
  return code`__js.array_peekOk<${typeText(ctx, receiver.rep.item)}>(${receiver.code}, ${index})`;
}
