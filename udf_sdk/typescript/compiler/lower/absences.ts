// Values that may be null and undefined, where it can be seen which of both: `o?.z` is undefined where o is missing and else what z is;
// `m.get(k)` is undefined where there is no k and else what the Map holds.
import ts from "typescript-compiler-api";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { repAt, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { chainWith } from "./optional_chain.ts";
import { optionalCall, optionalOk } from "./optional_results.ts";

/** What `found` makes of the value that is there, which may be null, else `absent`; undefined where it cannot be seen which it is. */
export function toldApart(ctx: Context, given: ts.Expression, found: (value: Value) => Code, absent: Code): Code | undefined {
  let node = given;
  while (ts.isParenthesizedExpression(node)) node = node.expression;
  if (!ctx.job.types.has(ctx.job.checker.getTypeAtLocation(node), ctx.substitution)) return undefined;
  const rep = repAt(ctx, node);
  if (rep.kind !== "nullable" || rep.absent !== "both") return undefined;
  if (node.flags & ts.NodeFlags.OptionalChain) return chainWith(ctx, node, found, absent);
  const call = optionalCall(ctx, node);
  if (call === undefined) return undefined;
  const { ok, of } = optionalOk(ctx, call);
  return code`(${ok} ? ${found({ code: `__js.found<${typeText(ctx, of)}>()`, rep: of })} : ${absent})`;
}
