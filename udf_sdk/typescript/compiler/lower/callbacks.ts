// Functions passed to built-ins and stream operators, as environment and function of the wanted signature: literals, functions by
// name, JavaScript's own (`xs.map(Number)`), function values.
import ts from "typescript-compiler-api";
import { globalFunction, staticMethod } from "../builtins.ts";
import { functionOfConst, isTopLevel, symbolOf } from "../scopes.ts";
import { BOOLEAN, NUMBER, STRING, describe } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import type { Signature } from "./builtin_calls.ts";
import { refuse, repOf, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, text, truthy } from "./convert.ts";
import { marked } from "./dispatch.ts";
import { functionPair, resultRep, wrappedPair } from "./functions.ts";
import { toNumber } from "./numbers.ts";

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

/** `xs.map(Number)`, `xs.filter(Boolean)`, `xs.some(Number.isNaN)`, `xs.map(Math.floor)`. */
function builtinAsCallback(
  ctx: Context,
  node: ts.Expression,
  target: Signature,
): { environment: Code; fn: Code } | undefined {
  const owner = ts.isPropertyAccessExpression(node) ? node.expression : node;
  const symbol = ts.isIdentifier(owner) ? symbolOf(ctx.job.checker, owner) : undefined;
  const [parameter] = target.parameters;
  if (symbol === undefined || !ctx.job.program.isLibrary(symbol) || parameter === undefined) return undefined;
  const inner: Context = { ...ctx, fn: { node: ctx.fn.node, result: target.result, temporaries: [], turns: [] } };
  const made = conversion(inner, node, { code: "a0", rep: parameter }) ?? unary(inner, node, { code: "a0", rep: parameter });
  if (made === undefined)
    return refuse(
      ctx,
      node,
      "LF302",
      `${quote(node.getText())} cannot be passed as a function in a job`,
      `write x => ${node.getText()}(x)`,
    );
  const result = convert(inner, made, target.result, node);
  const list = target.parameters.map((p, i) => `, a${i}: ${typeText(ctx, p)}`).join("");
  const fn = code`(__env: usize${list}): ${typeText(ctx, target.result)} => { ${(inner.fn.temporaries ?? []).join(" ")} return (${result}); }`;
  return { environment: "0", fn };
}

/** What `String`, `Boolean` and `Number` make of a value of any type. */
function conversion(ctx: Context, node: ts.Expression, value: Value): Value | undefined {
  switch (ts.isIdentifier(node) ? node.text : undefined) {
    case "String":
      return { code: text(ctx, value, node), rep: STRING };
    case "Boolean":
      return { code: truthy(ctx, value, node), rep: BOOLEAN };
    case "Number":
      return { code: toNumber(ctx, value, node as ts.Expression), rep: NUMBER };
    default:
      return undefined;
  }
}

/** What a function of one number or text makes of it: `Math.floor`, `Number.isNaN`, `parseFloat`. */
function unary(ctx: Context, node: ts.Expression, value: Value): Value | undefined {
  const once = { count: 1, spread: false };
  const answer = ts.isPropertyAccessExpression(node)
    ? staticMethod(node.expression.getText(), node.name.text, once)
    : globalFunction(node.getText(), once);
  const signature = ctx.job.checker.getTypeAtLocation(node).getCallSignatures()[0];
  if (!("builtin" in answer) || signature === undefined) return undefined;
  const { helper, parameters, position, typeArguments } = answer.builtin;
  const [parameter, ...more] = parameters;
  if (parameter?.kind !== "value" || more.length > 0 || position || typeArguments.length > 0) return undefined;
  const argument = convert(ctx, value, parameter.type === "string" ? STRING : NUMBER, node);
  return { code: code`__js.${helper}(${argument})`, rep: repOf(ctx, signature.getReturnType(), node) };
}
