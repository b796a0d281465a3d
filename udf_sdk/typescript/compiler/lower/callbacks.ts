// Functions passed to built-ins and stream operators, as environment and function of the wanted signature: literals, functions by
// name, JavaScript's own (`xs.map(Number)`), function values.
import ts from "typescript-compiler-api";
import { functionOfConst, isTopLevel, symbolOf } from "../scopes.ts";
import { BOOLEAN, NUMBER, STRING, describe } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import type { Signature } from "./builtin_calls.ts";
import { refuse, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, text, truthy } from "./convert.ts";
import { marked } from "./dispatch.ts";
import { functionPair, resultRep, wrappedPair } from "./functions.ts";

/** A function argument as environment and function of the wanted signature. With `asTest` any result becomes its truth value. */
export function callbackPair(
  ctx: Context,
  given: ts.Expression,
  target: Signature,
  asTest: boolean,
): { environment: Code; fn: Code } {
  let node = given;
  while (ts.isParenthesizedExpression(node)) node = node.expression;
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    return asTest ? testPair(ctx, node, target) : functionPair(ctx, node, target);
  }
  const builtin = builtinAsCallback(ctx, node, target);
  if (builtin !== undefined) return builtin;
  const symbol = ts.isIdentifier(node) ? symbolOf(ctx.job.checker, node) : undefined;
  const declaration = symbol?.valueDeclaration;
  if (symbol !== undefined && declaration !== undefined && isTopLevel(declaration)) {
    const direct = ts.isFunctionDeclaration(declaration) ? declaration : functionOfConst(declaration);
    if (direct?.typeParameters !== undefined)
      return refuse(ctx, node, "LF109", `'${symbol.name}' is generic and cannot be passed as it is`);
    if (direct !== undefined) return wrappedPair(ctx, symbol, direct, target, node);
  }
  const value = marked(ctx, given, target);
  const held = temporary(ctx, target);
  if (value.rep.kind !== "function")
    return refuse(ctx, given, "LF302", `a function is needed, this is '${describe(value.rep)}'`);
  return { environment: code`(${held} = ${convert(ctx, value, target, given)}).env`, fn: `${held}.fn` };
}

/** A test whose function returns something else than a boolean. */
function testPair(
  ctx: Context,
  node: ts.ArrowFunction | ts.FunctionExpression,
  target: Signature,
): { environment: Code; fn: Code } {
  const own = resultRep(ctx, node);
  if (own.kind === "boolean") return functionPair(ctx, node, target);
  if (own.kind === "void") return refuse(ctx, node, "LF302", "this function must return a boolean");
  const pair = functionPair(ctx, node, { ...target, result: own });
  const list = target.parameters.map((p, i) => `, a${i}: ${typeText(ctx, p)}`).join("");
  const held = temporary(ctx, pair.rep);
  const inner: Context = { ...ctx, fn: { node: ctx.fn.node, result: BOOLEAN, temporaries: [], turns: [] } };
  const names = target.parameters.map((_, i) => `, a${i}`).join("");
  const type = typeText(ctx, pair.rep);
  const test = truthy(inner, { code: `c.fn(c.env${names})`, rep: own }, node);
  const fn = code`(__env: usize${list}): bool => { ${(inner.fn.temporaries ?? []).join(" ")} const c = changetype<${type}>(__env); return (${test}); }`;
  return { environment: code`changetype<usize>(${held} = new ${type}(${pair.environment}, ${pair.fn}))`, fn };
}

/** `xs.map(Number)`, `xs.filter(Boolean)`, `xs.map(String)`. */
function builtinAsCallback(
  ctx: Context,
  node: ts.Expression,
  target: Signature,
): { environment: Code; fn: Code } | undefined {
  const symbol = ts.isIdentifier(node) ? symbolOf(ctx.job.checker, node) : undefined;
  if (
    symbol === undefined ||
    !ctx.job.program.isLibrary(symbol) ||
    !ts.isIdentifier(node) ||
    target.parameters[0] === undefined
  )
    return undefined;
  const inner: Context = { ...ctx, fn: { node: ctx.fn.node, result: target.result, temporaries: [], turns: [] } };
  const value: Value = { code: "a0", rep: target.parameters[0] };
  const lowered: Record<string, () => Value> = {
    String: () => ({ code: text(inner, value, node), rep: STRING }),
    Boolean: () => ({ code: truthy(inner, value, node), rep: BOOLEAN }),
    Number: () => ({ code: code`__js.number_from<${typeText(ctx, value.rep)}>(a0)`, rep: NUMBER }),
    parseFloat: () => ({ code: code`__js.number_parseFloat(${convert(inner, value, STRING, node)})`, rep: NUMBER }),
  };
  const make = lowered[node.text];
  if (make === undefined)
    return refuse(
      ctx,
      node,
      "LF302",
      `${quote(node.text)} cannot be passed as a function in a job`,
      `write x => ${node.text}(x)`,
    );
  const result = convert(inner, make(), target.result, node);
  const list = target.parameters.map((p, i) => `, a${i}: ${typeText(ctx, p)}`).join("");
  const fn = code`(__env: usize${list}): ${typeText(ctx, target.result)} => { ${(inner.fn.temporaries ?? []).join(" ")} return (${result}); }`;
  return { environment: "0", fn };
}
