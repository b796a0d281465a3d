// What a flatMap's function returns, handed on row by row: `xs.map(f)` in a return becomes a loop around f's body, a written array
// its elements, a choice a choice. Saves the array of results and a call per row.
import ts from "typescript-compiler-api";
import { isFunction } from "../scopes.ts";
import { NUMBER } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { freshName, repAt, typeText } from "./context.ts";
import type { Context, Emission } from "./context.ts";
import { truthy } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { bindParameter } from "./parameters.ts";
import { literalFields } from "./objects.ts";
import { enterFrame } from "./names.ts";
import { statements } from "./statements.ts";

/** Statements that hand on what the expression returns. */
export function emitted(ctx: Context, given: ts.Expression, emission: Emission): Code {
  let node = given;
  while (ts.isParenthesizedExpression(node)) node = node.expression;
  if (ts.isConditionalExpression(node)) {
    const condition = truthy(ctx, marked(ctx, node.condition), node.condition);
    return code`if (${condition}) { ${emitted(ctx, node.whenTrue, emission)} } else { ${emitted(ctx, node.whenFalse, emission)} }`;
  }
  if (emission.single) return emitOne(ctx, node, emission.item);
  if (
    ts.isArrayLiteralExpression(node) &&
    !node.elements.some((e) => ts.isSpreadElement(e) || ts.isOmittedExpression(e))
  ) {
    return elements(ctx, node, emission);
  }
  return mapped(ctx, node, emission) ?? each(ctx, node, emission);
}

function emit(ctx: Context, value: Code, item: Rep): Code {
  return code`__lf.emit<${typeText(ctx, item)}>(__out, ${value});`;
}

/** One row: an object that is written in place goes to the columns field by field. */
function emitOne(ctx: Context, node: ts.Expression, item: Rep): Code {
  if (!ts.isObjectLiteralExpression(node) || item.kind !== "record") return emit(ctx, into(ctx, node, item), item);
  const { setup, fields } = literalFields(ctx, node, item.record);
  return from(
    node,
    code`${setup.map((s) => code`${s}; `)}${typeText(ctx, item)}.__emit(__out, ${separated(fields, ", ")});`,
  );
}

/** All elements are computed before the first is handed on, as an array's would be. */
function elements(ctx: Context, node: ts.ArrayLiteralExpression, { item }: Emission): Code {
  const [only, ...others] = node.elements;
  if (only !== undefined && others.length === 0) return emitOne(ctx, only, item);
  const named = node.elements.map((element) => ({ name: freshName(ctx, "e"), value: into(ctx, element, item) }));
  return [
    named.map(({ name, value }) => code`const ${name}: ${typeText(ctx, item)} = ${value}; `),
    named.map(({ name }) => emit(ctx, name, item)),
  ];
}

/** Any array: its elements. */
function each(ctx: Context, node: ts.Expression, { item }: Emission): Code {
  const list = freshName(ctx, "a");
  const index = freshName(ctx, "i");
  const made = into(ctx, node, { kind: "array", item });
  return code`const ${list} = ${made}; for (let ${index} = 0; ${index} < ${list}.length; ++${index}) { ${emit(ctx, `unchecked(${list}[${index}])`, item)} }`;
}

/** `xs.map(v => ...)`: a loop with the function's body in it. */
function mapped(ctx: Context, node: ts.Expression, { item }: Emission): Code | undefined {
  if (
    !ts.isCallExpression(node) ||
    node.flags & ts.NodeFlags.OptionalChain ||
    !ts.isPropertyAccessExpression(node.expression)
  )
    return undefined;
  const [fn] = node.arguments;
  const isMap = node.expression.name.text === "map" && node.arguments.length === 1;
  if (!isMap || fn === undefined || !ts.isArrowFunction(fn) || !canStandInLoop(fn)) return undefined;
  const source = repAt(ctx, node.expression.expression);
  if (source.kind !== "array") return undefined;
  const list = freshName(ctx, "a");
  const index = freshName(ctx, "i");
  const inside: Context = { ...ctx, fn: { ...ctx.fn, emits: { item, after: "continue;", single: true }, turns: [] } };
  const values: readonly [string, Rep][] = [
    [`unchecked(${list}[${index}])`, source.item],
    [`<f64>${index}`, NUMBER],
  ];
  const bound = fn.parameters.map((p, i) => bindOne(inside, p, i, values[i] as [string, Rep]));
  const body = ts.isBlock(fn.body)
    ? statements(inside, fn.body.statements)
    : from(fn.body, emitted(inside, fn.body, { item, after: "", single: true }));
  const receiver = marked(ctx, node.expression.expression);
  return code`const ${list} = ${receiver.code}; for (let ${index} = 0, __n = ${list}.length; ${index} < __n; ++${index}) { ${enterFrame(inside, fn)}${bound}${body} }`;
}

function bindOne(ctx: Context, parameter: ts.ParameterDeclaration, index: number, [value, rep]: [string, Rep]): Code {
  const { name, setup } = bindParameter(ctx, parameter, rep, index);
  return code`const ${from(parameter, name)}: ${typeText(ctx, rep)} = ${value}; ${setup}`;
}

/** At most two parameters, and no `return` inside a loop or switch of its own, where `continue` would mean another loop. */
function canStandInLoop(fn: ts.ArrowFunction): boolean {
  if (
    fn.parameters.length > 2 ||
    fn.parameters.some((p) => p.initializer !== undefined || p.dotDotDotToken !== undefined)
  )
    return false;
  const isFine = (node: ts.Node, nested: boolean): boolean => {
    if (isFunction(node)) return true;
    if (ts.isReturnStatement(node)) return !nested && node.expression !== undefined;
    const isOwn = ts.isIterationStatement(node, false) || ts.isSwitchStatement(node);
    return ts.forEachChild(node, (child) => (isFine(child, nested || isOwn) ? undefined : true)) !== true;
  };
  return isFine(fn.body, false);
}
