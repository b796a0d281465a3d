// `xs.flat()`, `xs.flat(2)`: as many levels of nesting taken away as the program writes; tuples inside count as arrays.
import ts from "typescript-compiler-api";
import { NUMBER } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import { tupleAsArray } from "./arrays.ts";
import { refuse, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";

/** The call on an array that is there already. */
export function flatCall(ctx: Context, node: ts.CallExpression, receiver: Value): Value {
  let value = receiver;
  let levels = depthOf(ctx, node);
  for (; levels > 0 && isNested(itemOf(value.rep)); levels--) {
    const nested = ofArrays(ctx, node, value);
    const inner = itemOf(nested.rep);
    value = { code: code`__js.array_flat<${typeText(ctx, itemOf(inner))}>(${nested.code})`, rep: inner };
  }
  const item = itemOf(value.rep);
  if (levels > 0 && item.kind === "nullable" && isNested(item.of))
    return refuse(ctx, node, "LF319", "some of these arrays may be missing", "take the others first: xs.filter((x) => x != null).flat()");
  if (value !== receiver) return value;
  return { code: code`__js.array_slice<${typeText(ctx, itemOf(value.rep))}>(${value.code}, 0.0, Infinity)`, rep: value.rep };
}

function depthOf(ctx: Context, node: ts.CallExpression): number {
  const [given] = node.arguments;
  if (given === undefined) return 1;
  if (ts.isNumericLiteral(given)) return Number(given.text);
  if (ts.isIdentifier(given) && given.text === "Infinity") return Infinity;
  return refuse(ctx, given, "LF302", "flat(n) needs a number that is written there in a job", "write flat(2)");
}

function itemOf(rep: Rep): Rep {
  return rep.kind === "array" ? rep.item : NUMBER;
}

function isNested(rep: Rep): boolean {
  return rep.kind === "array" || (rep.kind === "record" && rep.record.tuple);
}

/** An array of tuples as one of arrays. */
function ofArrays(ctx: Context, node: ts.Node, value: Value): Value {
  const item = itemOf(value.rep);
  if (item.kind !== "record") return value;
  const inner: Context = { ...ctx, fn: { ...ctx.fn, temporaries: [] } };
  const list = tupleAsArray(inner, node, { code: "v", rep: item }, item);
  const [from, to] = [typeText(ctx, item), typeText(ctx, list.rep)];
  const fn = code`(__env: usize, v: ${from}, i: f64): ${to} => { ${(inner.fn.temporaries ?? []).join(" ")} return ${list.code}; }`;
  return { code: code`__js.array_map<${from}, ${to}>(${value.code}, 0, ${fn})`, rep: { kind: "array", item: list.rep } };
}
