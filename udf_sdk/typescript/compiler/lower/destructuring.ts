// Patterns: `const { a, b: [c] } = x`, in parameters, in for-of, and as assignments (`[a, b] = [b, a]`).
import ts from "typescript-compiler-api";
import { isTopLevel, symbolOf } from "../scopes.ts";
import { NUMBER, STRING, VOID, describe, fieldOf, isUnknown } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { targetOf } from "./assign.ts";
import { freshName, localName, place as userPlace, refuse, repOfSymbol, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, unwrapped } from "./convert.ts";
import { dictPart } from "./dicts.ts";
import { definedOr } from "./mixed.ts";
import { into, marked } from "./dispatch.ts";
import { peekAt } from "./guarded_reads.ts";
import { matchPart, matchTexts } from "./matches.ts";
import { place, startMark } from "./names.ts";

/** Declares a variable with a value: a local, a field of its frame, or a global. */
export function declareVariable(ctx: Context, name: ts.Identifier, value: Code): Code {
  const symbol = symbolOf(ctx.job.checker, name) as ts.Symbol;
  const rep = repOfSymbol(ctx, symbol, name);
  const target = place(ctx, symbol, symbol.valueDeclaration as ts.Declaration, name);
  if (ctx.job.captures.holder(symbol) !== undefined) return code`${from(name, target)} = ${value};${startMark(ctx, symbol, name)} `;
  const isGlobal = isTopLevel(symbol.valueDeclaration as ts.Declaration);
  const keyword = isGlobal ? "export let" : "let";
  return code`${keyword} ${from(name, target)}: ${typeText(ctx, rep)} = ${value}; `;
}

/** The variables of a pattern, from a value. */
export function bindPattern(ctx: Context, pattern: ts.BindingPattern, given: Value): Code {
  const value = ts.isArrayBindingPattern(pattern) ? listed(ctx, given) : given;
  const held = freshName(ctx, "d");
  const parts: Code[] = [code`const ${held}: ${typeText(ctx, value.rep)} = ${value.code}; `];
  pattern.elements.forEach((element, i) => {
    if (ts.isOmittedExpression(element)) return;
    parts.push(bindElement(ctx, pattern, element, i, { code: held, rep: value.rep }));
  });
  return parts;
}

/** What an array pattern takes apart: the units of a text and the values of a Set are made an array first. */
function listed(ctx: Context, value: Value): Value {
  if (value.rep.kind === "string")
    return { code: code`__js.string_units(${value.code})`, rep: { kind: "array", item: STRING } };
  if (value.rep.kind !== "set") return value;
  return {
    code: code`__js.set_values<${typeText(ctx, value.rep.item)}>(${value.code})`,
    rep: { kind: "array", item: value.rep.item },
  };
}

function bindElement(
  ctx: Context,
  pattern: ts.BindingPattern,
  element: ts.BindingElement,
  index: number,
  source: Value,
): Code {
  const part = elementPart(ctx, pattern, element, index, source);
  if (!ts.isIdentifier(element.name)) {
    const rep = element.initializer === undefined || part.rep.kind !== "nullable" ? part.rep : part.rep.of;
    return bindPattern(ctx, element.name, { code: withDefault(ctx, element, part, rep), rep });
  }
  const rep = repOfSymbol(ctx, symbolOf(ctx.job.checker, element.name) as ts.Symbol, element);
  return declareVariable(ctx, element.name, withDefault(ctx, element, part, rep));
}

function elementPart(
  ctx: Context,
  pattern: ts.BindingPattern,
  element: ts.BindingElement,
  index: number,
  source: Value,
): Value {
  if (element.dotDotDotToken !== undefined) return restOf(ctx, pattern, element, index, source);
  const symbol = ts.isIdentifier(element.name) ? symbolOf(ctx.job.checker, element.name) : undefined;
  if (source.rep.kind === "dict" && element.initializer !== undefined) return dictPart(ctx, element, String(keyOf(ctx, element, index)), source, true);
  if (source.rep.kind === "match" || source.rep.kind === "groups") {
    const isTold = element.initializer !== undefined || (symbol !== undefined && ctx.job.missing.has(symbol));
    return matchPart(ctx, element, keyOf(ctx, element, index), source, isTold);
  }
  if (symbol !== undefined && source.rep.kind === "array" && ctx.job.missing.has(symbol))
    return peekAt(ctx, source, source.rep.item, `${String(index)}.0`);
  const key = keyOf(ctx, element, index);
  if (element.initializer !== undefined && isBeyond(source.rep, key)) return marked(ctx, element.initializer);
  const part = partOf(ctx, element, key, source);
  if (element.initializer === undefined || source.rep.kind !== "array" || part.rep.kind === "nullable") return part;
  const there = code`${source.code}.length > ${String(index)}`;
  return { code: code`(${there} ? ${part.code} : ${into(ctx, element.initializer, part.rep)})`, rep: part.rep };
}

/** The pattern asks a tuple for more elements than it has. */
function isBeyond(rep: Rep, key: string | number): boolean {
  return rep.kind === "record" && rep.record.tuple && typeof key === "number" && key >= rep.record.fields.length;
}

/** The field or index that the element takes. */
function keyOf(ctx: Context, element: ts.BindingElement, index: number): string | number {
  if (ts.isArrayBindingPattern(element.parent)) return index;
  const name = element.propertyName ?? element.name;
  if (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) return name.text;
  return refuse(ctx, element, "LF307", "a computed field in a pattern is not supported in a job");
}

/** One field or element of the value. */
function partOf(ctx: Context, node: ts.Node, key: string | number, source: Value): Value {
  const { rep } = source;
  if (rep.kind === "record") {
    const field = fieldOf(rep.record, typeof key === "number" ? `_${key}` : key);
    if (field !== undefined) return { code: code`${source.code}.${localName(field.name)}`, rep: field.rep };
  }
  if (rep.kind === "array" && typeof key === "number" && rep.item.kind === "nullable" && rep.item.absent !== "null")
    return peekAt(ctx, source, rep.item, `${String(key)}.0`);
  if (rep.kind === "array" && typeof key === "number") {
    return {
      code: code`__js.array_get<${typeText(ctx, rep.item)}>(${source.code}, ${String(key)}.0, ${userPlace(ctx, node)})`,
      rep: rep.item,
    };
  }
  if (rep.kind === "array" && key === "length")
    return { code: code`__js.array_length<${typeText(ctx, rep.item)}>(${source.code})`, rep: NUMBER };
  if (rep.kind === "map" && key === "size") {
    const types = `${typeText(ctx, rep.key)}, ${typeText(ctx, rep.value)}`;
    return { code: code`__js.map_size<${types}>(${source.code})`, rep: NUMBER };
  }
  if (rep.kind === "set" && key === "size")
    return { code: code`__js.set_size<${typeText(ctx, rep.item)}>(${source.code})`, rep: NUMBER };
  if (rep.kind === "string" && key === "length") return { code: code`__js.string_length(${source.code})`, rep: NUMBER };
  if (rep.kind === "dict") return dictPart(ctx, node, String(key), source, false);
  if (rep.kind === "match" || rep.kind === "groups") return matchPart(ctx, node, key, source, false);
  if (rep.kind === "class" && typeof key === "string") return classField(ctx, node, rep, key, source);
  return refuse(ctx, node, "LF307", `'${key}' cannot be taken out of '${describe(rep)}' by a pattern in a job`);
}

function classField(ctx: Context, node: ts.Node, rep: Rep & { kind: "class" }, key: string, source: Value): Value {
  const member = ctx.job.checker.getPropertyOfType(ctx.job.checker.getDeclaredTypeOfSymbol(rep.symbol), key);
  if (member === undefined || member.flags & ts.SymbolFlags.Method)
    return refuse(ctx, node, "LF307", `'${key}' cannot be taken out of a class by a pattern`);
  return {
    code: code`${source.code}.${localName(key)}`,
    rep: repOfSymbol({ ...ctx, substitution: ctx.job.substitutionOf(rep) }, member, node),
  };
}

/** `...rest` of an array. */
function restOf(
  ctx: Context,
  pattern: ts.BindingPattern,
  element: ts.BindingElement,
  index: number,
  source: Value,
): Value {
  if (source.rep.kind === "match") return restOf(ctx, pattern, element, index, matchTexts(ctx, element, source));
  if (source.rep.kind === "array" && ts.isArrayBindingPattern(pattern)) {
    return {
      code: code`__js.array_slice<${typeText(ctx, source.rep.item)}>(${source.code}, ${String(index)}.0, Infinity)`,
      rep: source.rep,
    };
  }
  const rep = repOfSymbol(ctx, symbolOf(ctx.job.checker, element.name) as ts.Symbol, element);
  if (source.rep.kind !== "record" || rep.kind !== "record")
    return refuse(ctx, element, "LF315", "this rest pattern is not supported in a job", "name the fields");
  const { record } = source.rep;
  const values = rep.record.fields.map((f) =>
    convert(ctx, partOf(ctx, element, f.name, { code: source.code, rep: { kind: "record", record } }), f.rep, element),
  );
  return { code: code`new ${typeText(ctx, rep)}(${separated(values, ", ")})`, rep };
}

function withDefault(ctx: Context, element: ts.BindingElement, part: Value, rep: Rep): Code {
  if (part.rep.kind === "nullable" && rep.kind !== "nullable" && element.initializer === undefined) {
    return convert(ctx, unwrapped(ctx, part), rep, element);
  }
  if (element.initializer !== undefined && isUnknown(part.rep)) {
    const taken = temporary(ctx, part.rep);
    return code`(${taken} = ${part.code}, ${definedOr(taken, into(ctx, element.initializer, rep))})`;
  }
  if (element.initializer === undefined || part.rep.kind !== "nullable") return convert(ctx, part, rep, element);
  const held = temporary(ctx, part.rep);
  const there = convert(ctx, unwrapped(ctx, { code: held, rep: part.rep }), rep, element);
  return code`((${held} = ${part.code}) !== null ? ${there} : ${into(ctx, element.initializer, rep)})`;
}

type Pattern = ts.ArrayLiteralExpression | ts.ObjectLiteralExpression;

/** `[a, b] = [b, a]`, `({ x, y } = p)`, as a statement. */
export function assignPattern(ctx: Context, node: ts.BinaryExpression, pattern: Pattern): Value {
  const steps =
    ts.isArrayLiteralExpression(pattern) && ts.isArrayLiteralExpression(node.right)
      ? swapped(ctx, node, pattern, node.right)
      : taken(ctx, pattern, marked(ctx, node.right));
  return { code: code`(${separated([...steps, "true"], ", ")})`, rep: VOID };
}

/** Both sides are written out: all values first, then all targets. */
function swapped(
  ctx: Context,
  node: ts.BinaryExpression,
  pattern: ts.ArrayLiteralExpression,
  right: ts.ArrayLiteralExpression,
): Code[] {
  if (
    pattern.elements.length > right.elements.length ||
    [...pattern.elements, ...right.elements].some(ts.isSpreadElement)
  ) {
    return refuse(ctx, node, "LF320", "this pattern is not supported as an assignment", "assign one by one");
  }
  const targets = pattern.elements.map((element) => targetOf(ctx, element, true));
  const values = targets.map((target, i) => {
    const held = temporary(ctx, target.rep);
    return { held, store: code`${held} = ${into(ctx, right.elements[i] as ts.Expression, target.rep)}` };
  });
  return [
    ...targets.flatMap((t) => t.setup),
    ...values.map((v) => v.store),
    ...targets.map((t, i) => t.write(values[i]?.held ?? "")),
  ];
}

function taken(ctx: Context, pattern: Pattern, value: Value): Code[] {
  const held = temporary(ctx, value.rep);
  const source: Value = { code: held, rep: value.rep };
  const steps: Code[] = [code`${held} = ${value.code}`];
  const assign = (element: ts.Expression, key: string | number): void => {
    const target = targetOf(ctx, element, false);
    steps.push(...target.setup, target.write(convert(ctx, partOf(ctx, element, key, source), target.rep, element)));
  };
  if (ts.isArrayLiteralExpression(pattern)) {
    pattern.elements.forEach((element, i) => {
      if (!ts.isOmittedExpression(element)) assign(element, i);
    });
    return steps;
  }
  for (const property of pattern.properties) {
    if (ts.isShorthandPropertyAssignment(property) && property.objectAssignmentInitializer === undefined)
      assign(property.name, property.name.text);
    else if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.name))
      assign(property.initializer, property.name.text);
    else refuse(ctx, property, "LF320", "this pattern is not supported as an assignment", "assign one by one");
  }
  return steps;
}
