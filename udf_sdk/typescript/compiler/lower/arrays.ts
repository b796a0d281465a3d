// Making arrays: literals with and without spread, tuples, Array.from.
import ts from "typescript-compiler-api";
import { bare } from "../scopes.ts";
import { NO_ITEM, NUMBER, STRING, describe, present, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { callbackPair } from "./callbacks.ts";
import { place, refuse, repAt, repOf, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { matchTexts } from "./matches.ts";
import { matchAllCall } from "./patterns.ts";

/** `[...]`: an array, or a tuple where one is wanted. */
export function arrayLiteral(ctx: Context, node: ts.ArrayLiteralExpression, target: Rep | undefined): Value {
  const wanted = target === undefined ? undefined : present(target);
  if (wanted?.kind === "match") return { code: code`__js.match_of(${arrayOf(ctx, node, node.elements, STRING)})`, rep: wanted };
  const rep = wanted?.kind === "array" || wanted?.kind === "record" ? wanted : present(contextual(ctx, node));
  if (rep.kind === "record") return tupleLiteral(ctx, node, rep);
  if (rep.kind !== "array") return refuse(ctx, node, "LF108", `an array is written where '${describe(rep)}' is wanted`);
  return { code: arrayOf(ctx, node, node.elements, rep.item), rep };
}

function contextual(ctx: Context, node: ts.ArrayLiteralExpression): Rep {
  const type = ctx.job.checker.getContextualType(node);
  const own = ctx.job.checker.getTypeAtLocation(node);
  const isEmpty = node.elements.length === 0;
  const isAnything = type === undefined || (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0;
  if (isEmpty && isAnything) return { kind: "array", item: NO_ITEM };
  return repOf(ctx, isEmpty && type !== undefined ? ctx.job.checker.getNonNullableType(type) : own, node);
}

function tupleLiteral(ctx: Context, node: ts.ArrayLiteralExpression, rep: Rep & { kind: "record" }): Value {
  const fields = rep.record.fields;
  if (!rep.record.tuple || node.elements.some((e) => ts.isSpreadElement(e) || ts.isOmittedExpression(e))) {
    return refuse(ctx, node, "LF315", "a tuple is written with exactly its elements", "write each element");
  }
  const values = fields.map((field, i) => {
    const element = node.elements[i];
    return element === undefined ? "null" : into(ctx, element, field.rep);
  });
  return { code: code`new ${typeText(ctx, rep)}(${separated(values, ", ")})`, rep };
}

/** An array of these elements; spread ones are joined in. */
export function arrayOf(ctx: Context, node: ts.Node, elements: readonly ts.Expression[], item: Rep): Code {
  const type = typeText(ctx, item);
  if (elements.length === 0) return `new Array<${type}>(0)`;
  const parts: Code[] = [];
  let run: Code[] = [];
  const flush = (): void => {
    if (run.length > 0) parts.push(code`(<Array<${type}>>[${separated(run, ", ")}])`);
    run = [];
  };
  for (const element of elements) {
    if (ts.isOmittedExpression(element))
      refuse(ctx, node, "LF302", "an array with holes is not supported in a job", "write each element");
    if (ts.isSpreadElement(element)) {
      flush();
      parts.push(spreadInto(ctx, element.expression, item));
    } else run.push(into(ctx, element, item));
  }
  flush();
  const [first, ...rest] = parts as [Code, ...Code[]];
  if (rest.length === 0)
    return elements.some(ts.isSpreadElement) ? code`__js.array_slice<${type}>(${first}, 0.0, Infinity)` : first;
  return rest.reduce<Code>((left, right) => code`__js.array_concat<${type}>(${left}, ${right})`, first);
}

function spreadInto(ctx: Context, node: ts.Expression, item: Rep): Code {
  if (ts.isArrayLiteralExpression(node)) return arrayOf(ctx, node, node.elements, item);
  const value = asArray(ctx, node);
  return convert(ctx, value, { kind: "array", item }, node);
}

type Iterator = "keys" | "values" | "entries";

/** `m.keys()`, `m.values()`, `m.entries()`, `s.values()`, `xs.entries()`: the receiver and what is iterated. */
export function iteratorCall(
  ctx: Context,
  node: ts.Expression,
): { receiver: ts.Expression; rep: Rep; what: Iterator } | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression) || node.arguments.length > 0)
    return undefined;
  const what = node.expression.name.text;
  if (what !== "keys" && what !== "values" && what !== "entries") return undefined;
  const receiver = node.expression.expression;
  if (what === "keys" && lengthOfNew(receiver) !== undefined) return { receiver, rep: { kind: "array", item: NUMBER }, what };
  const rep = repAt(ctx, receiver);
  return rep.kind === "map" || rep.kind === "set" || rep.kind === "array" ? { receiver, rep, what } : undefined;
}

/** n of `Array(n)` and `new Array(n)`. */
function lengthOfNew(given: ts.Expression): ts.Expression | undefined {
  const node = bare(given);
  const isArray =
    (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === "Array";
  return isArray && node.arguments?.length === 1 ? node.arguments[0] : undefined;
}

/** What has the indices of the expression: of `Array(n)`, which has no elements, n zeros. */
export function indexable(ctx: Context, node: ts.Expression): Value {
  const length = lengthOfNew(node);
  if (length === undefined) return asArray(ctx, node);
  const made = code`__js.array_filled<f64>(${into(ctx, length, NUMBER)}, 0.0, ${place(ctx, node)})`;
  return { code: made, rep: { kind: "array", item: NUMBER } };
}

/** Anything that can be spread or iterated, as an array. An array is answered as it is, not copied. */
export function asArray(ctx: Context, node: ts.Expression): Value {
  const matches = matchAllCall(ctx, node);
  if (matches !== undefined) return matches;
  const iterated = iteratorCall(ctx, node);
  const source = iterated?.receiver ?? node;
  const isIndexed = iterated?.rep.kind === "array" && iterated.what === "keys";
  const value = isIndexed ? indexable(ctx, source) : marked(ctx, source);
  const { rep } = value;
  const what = iterated?.what ?? (rep.kind === "map" ? "entries" : "values");
  if (rep.kind === "array") return what === "values" ? value : indexed(ctx, value, rep, what);
  if (rep.kind === "string")
    return { code: code`__js.string_units(${value.code})`, rep: { kind: "array", item: STRING } };
  if (rep.kind === "match") return matchTexts(ctx, node, value);
  if (rep.kind === "set" && what !== "entries")
    return {
      code: code`__js.set_values<${typeText(ctx, rep.item)}>(${value.code})`,
      rep: { kind: "array", item: rep.item },
    };
  if (rep.kind === "map") return mapAsArray(ctx, node, value, rep, what);
  if (rep.kind === "record" && rep.record.tuple) return tupleAsArray(ctx, node, value, rep);
  return refuse(ctx, node, "LF315", `'${describe(rep)}' cannot be spread in a job`, "write the loop");
}

/** `xs.keys()`, `xs.entries()`. */
function indexed(ctx: Context, value: Value, rep: Rep & { kind: "array" }, what: Iterator): Value {
  const from = typeText(ctx, rep.item);
  const item: Rep = what === "keys" ? NUMBER : { kind: "record", record: ctx.job.types.tuple([NUMBER, rep.item]) };
  const to = typeText(ctx, item);
  const make = `(__env: usize, v: ${from}, i: f64): ${to} => ${what === "keys" ? "i" : `new ${to}(i, v)`}`;
  return { code: code`__js.array_map<${from}, ${to}>(${value.code}, 0, ${make})`, rep: { kind: "array", item } };
}

/** A tuple of one kind of elements. */
export function tupleAsArray(ctx: Context, node: ts.Node, value: Value, rep: Rep & { kind: "record" }): Value {
  const item = rep.record.fields[0]?.rep ?? NUMBER;
  if (rep.record.open && !ts.isElementAccessExpression(node))
    return refuse(ctx, node, "LF315", `'${describe(rep)}' does not know in a job how many elements it has`, "name the elements: [t[0], t[1]]");
  if (!rep.record.fields.every((f) => sameRep(f.rep, item)))
    return refuse(
      ctx,
      node,
      "LF315",
      `'${describe(rep)}' has elements of different types, so it cannot become an array`,
    );
  const held = temporary(ctx, rep);
  const elements = rep.record.fields.map((f) => `${held}.${f.name}`).join(", ");
  return {
    code: code`(${held} = ${value.code}, <Array<${typeText(ctx, item)}>>[${elements}])`,
    rep: { kind: "array", item },
  };
}

function mapAsArray(
  ctx: Context,
  node: ts.Expression,
  value: Value,
  rep: Rep & { kind: "map" },
  what: Iterator,
): Value {
  const types = `${typeText(ctx, rep.key)}, ${typeText(ctx, rep.value)}`;
  if (what === "keys")
    return { code: code`__js.map_keys<${types}>(${value.code})`, rep: { kind: "array", item: rep.key } };
  if (what === "values")
    return { code: code`__js.map_values<${types}>(${value.code})`, rep: { kind: "array", item: rep.value } };
  const entry: Rep = { kind: "record", record: ctx.job.types.tuple([rep.key, rep.value]) };
  const tuple = typeText(ctx, entry);
  const make = `(__env: usize, k: ${typeText(ctx, rep.key)}, v: ${typeText(ctx, rep.value)}): ${tuple} => new ${tuple}(k, v)`;
  return {
    code: code`__js.map_entries<${types}, ${tuple}>(${value.code}, 0, ${make})`,
    rep: { kind: "array", item: entry },
  };
}

/** `Array.from(...)`. */
export function arrayFromCall(ctx: Context, node: ts.CallExpression): Value {
  const [source, mapper] = node.arguments;
  if (source === undefined) return refuse(ctx, node, "LF302", "Array.from needs an argument");
  const result = repAt(ctx, node);
  if (result.kind !== "array") return refuse(ctx, node, "LF302", "Array.from does not give an array here");
  const length = lengthOf(source);
  if (length !== undefined) return fromLength(ctx, node, length, mapper, result.item);
  const value = asArray(ctx, source);
  const from = value.rep as Rep & { kind: "array" };
  const item = typeText(ctx, from.item);
  if (mapper === undefined) {
    const isFresh = iteratorCall(ctx, source) !== undefined || repAt(ctx, source).kind !== "array";
    return { code: isFresh ? value.code : code`__js.array_slice<${item}>(${value.code}, 0.0, Infinity)`, rep: from };
  }
  const pair = callbackPair(
    ctx,
    mapper,
    { kind: "function", parameters: [from.item, NUMBER], result: result.item },
    false,
  );
  return {
    code: code`__js.array_map<${item}, ${typeText(ctx, result.item)}>(${value.code}, ${pair.environment}, ${pair.fn})`,
    rep: result,
  };
}

/** n of `{ length: n }`. */
function lengthOf(source: ts.Expression): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(source) || source.properties.length !== 1) return undefined;
  const [property] = source.properties;
  const isLength = property !== undefined && ts.isPropertyAssignment(property) && property.name.getText() === "length";
  return isLength ? property.initializer : undefined;
}

function fromLength(
  ctx: Context,
  node: ts.CallExpression,
  length: ts.Expression,
  mapper: ts.Expression | undefined,
  item: Rep,
): Value {
  if (mapper === undefined)
    return refuse(
      ctx,
      node,
      "LF302",
      "Array.from({ length }) needs a function that makes the elements",
      "write Array.from({ length: n }, (_, i) => ...)",
    );
  const given = ts.isArrowFunction(mapper) || ts.isFunctionExpression(mapper) ? mapper : undefined;
  if (given === undefined) return refuse(ctx, mapper, "LF302", "write the function in place: (_, i) => ...");
  const inner = callbackPair(ctx, mapper, { kind: "function", parameters: [STRING, NUMBER], result: item }, false);
  const type = typeText(ctx, item);
  const closure = `__l.Closure<(__env: usize, a0: string, a1: f64) => ${type}>`;
  const held = temporary(ctx, { kind: "function", parameters: [STRING, NUMBER], result: item });
  const fn = `(__env: usize, i: f64): ${type} => { const c = changetype<${closure}>(__env); return c.fn(c.env, "", i); }`;
  const environment = code`changetype<usize>(${held} = new ${closure}(${inner.environment}, ${inner.fn}))`;
  return {
    code: code`__js.array_fromLength<${type}>(${into(ctx, length, NUMBER)}, ${environment}, ${fn}, ${place(ctx, node)})`,
    rep: { kind: "array", item },
  };
}

/** `new Array<T>(n).fill(v)`. */
export function filledArray(
  ctx: Context,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  target: Rep | undefined,
): Value | undefined {
  const length = lengthOfNew(callee.expression);
  const [value] = node.arguments;
  if (length === undefined || callee.name.text !== "fill" || node.arguments.length !== 1 || value === undefined)
    return undefined;
  if (target?.kind !== "array" && !ctx.job.types.has(ctx.job.checker.getTypeAtLocation(node), ctx.substitution))
    return refuse(
      ctx,
      node,
      "LF101",
      "'new Array(n)' does not say what its elements are",
      `write the type: new Array<${describe(repAt(ctx, value))}>(${length.getText()})`,
    );
  const rep = target?.kind === "array" ? target : repAt(ctx, node);
  if (rep.kind !== "array") return undefined;
  return {
    code: code`__js.array_filled<${typeText(ctx, rep.item)}>(${into(ctx, length, NUMBER)}, ${into(ctx, value, rep.item)}, ${place(ctx, node)})`,
    rep,
  };
}
