// Objects by key, `Record<string, T>` and index signatures: literals, reading, writing, deleting, what Object has for them, for-in. How they
// are kept is assembly/js/dicts.ts. TypeScript's type of `d[key]` does not say that there may be nothing: it is undefined where the
// program asks, and ends the record where it does not, as an element of an array.
import ts from "typescript-compiler-api";
import { isAskedFor, toleratesUndefined } from "../guards.ts";
import { symbolOf } from "../scopes.ts";
import { BOOLEAN, STRING, describe, isScalar, isUnknown, nullable } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { asArray } from "./arrays.ts";
import { place, refuse, repAt, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, missing } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { functionLiteral } from "./functions.ts";
import { identifier, narrowed } from "./names.ts";

export type Dict = Rep & { kind: "dict" };

/** `d[key]`, `d.key`. */
export type DictAccess = ts.ElementAccessExpression | ts.PropertyAccessExpression;

/** The key as text. */
export function keyText(ctx: Context, node: ts.Expression): Code {
  const key = marked(ctx, node);
  if (key.rep.kind === "string") return key.code;
  if (key.rep.kind === "number") return code`__js.str<f64>(${key.code})`;
  return refuse(ctx, node, "LF307", `a key is text or a number, this is '${describe(key.rep)}'`, "make it text: String(key)");
}

export function keyOf(ctx: Context, node: DictAccess): Code {
  return ts.isPropertyAccessExpression(node) ? quote(node.name.text) : keyText(ctx, node.argumentExpression);
}

/** Whether there is something under the key, which `found` then gives. */
export function dictOk(ctx: Context, dict: Value, key: Code): Code {
  return code`__js.dict_getOk<${typeText(ctx, (dict.rep as Dict).value)}>(${dict.code}, ${key})`;
}

/** `d[key]` where it is read; `isOpen`: nothing is undefined there. */
export function dictRead(ctx: Context, node: DictAccess, dict: Value, isOpen = isAsked(ctx, node, (dict.rep as Dict).value)): Value {
  const read = readUnder(ctx, node, keyOf(ctx, node), dict, isOpen);
  return mayHoldUndefined((dict.rep as Dict).value) ? narrowed(ctx, node, read) : read;
}

/** What a pattern takes out of an object by key. */
export function dictPart(ctx: Context, node: ts.Node, key: string, dict: Value, isOpen: boolean): Value {
  return readUnder(ctx, node, quote(key), dict, isOpen);
}

function mayHoldUndefined(value: Rep): boolean {
  return isUnknown(value) || value.kind === "nullable" && value.absent !== "null";
}

function readUnder(ctx: Context, node: ts.Node, key: Code, dict: Value, isOpen: boolean): Value {
  const { value } = dict.rep as Dict;
  const type = typeText(ctx, value);
  if (!isOpen && !mayHoldUndefined(value)) return { code: code`__js.dict_get<${type}>(${dict.code}, ${key}, ${place(ctx, node)})`, rep: value };
  const rep = nullable(value, "undefined");
  const found = isScalar(value) ? code`new __l.Some<${type}>(__js.found<${type}>())` : code`__js.found<${type}>()`;
  return { code: code`(${dictOk(ctx, dict, key)} ? ${found} : ${missing(ctx, rep)})`, rep };
}

/** The program takes undefined for what is not there. */
function isAsked(ctx: Context, node: DictAccess, value: Rep): boolean {
  if (isAskedFor(ctx.job.checker, node) || (toleratesUndefined(node) && !isScalar(value))) return true;
  const { parent } = node;
  const symbol = ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? symbolOf(ctx.job.checker, parent.name) : undefined;
  return symbol !== undefined && ctx.job.missing.has(symbol);
}

/** `{ a: 1, [key]: 2, ...other }` where an object by key is wanted. */
export function dictLiteral(ctx: Context, node: ts.ObjectLiteralExpression, rep: Dict): Value {
  const type = typeText(ctx, rep.value);
  let made: Code = `new __js.JsDict<${type}>()`;
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) made = code`__js.dict_spread<${type}>(${made}, ${spreadInto(ctx, property, rep)})`;
    else made = code`__js.dict_put<${type}>(${made}, ${literalKey(ctx, property)}, ${literalValue(ctx, property, rep.value)})`;
  }
  return { code: made, rep };
}

function spreadInto(ctx: Context, property: ts.SpreadAssignment, rep: Dict): Code {
  const value = marked(ctx, property.expression);
  if (value.rep.kind === "dict" || (value.rep.kind === "nullable" && value.rep.of.kind === "dict")) return convert(ctx, value, nullable(rep, "undefined"), property);
  return refuse(ctx, property, "LF315", `'${describe(value.rep)}' cannot be spread into an object by key in a job`, "name its fields: { a: other.a }");
}

function literalKey(ctx: Context, property: ts.ObjectLiteralElementLike): Code {
  const { name } = property;
  if (name !== undefined && ts.isComputedPropertyName(name)) return keyText(ctx, name.expression);
  if (name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name))) return quote(name.text);
  if (name !== undefined && ts.isNumericLiteral(name)) return quote(String(Number(name.text)));
  return refuse(ctx, property, "LF307", "this key is not supported in a job", "write it as text");
}

function literalValue(ctx: Context, property: ts.ObjectLiteralElementLike, rep: Rep): Code {
  if (ts.isPropertyAssignment(property)) return into(ctx, property.initializer, rep);
  if (ts.isShorthandPropertyAssignment(property)) return convert(ctx, identifier(ctx, property.name), rep, property.name);
  if (ts.isMethodDeclaration(property)) return convert(ctx, functionLiteral(ctx, property, rep), rep, property);
  return refuse(ctx, property, "LF312", "getters and setters in an object literal are not supported in a job");
}

/** `delete d[key]`. */
export function deleteExpression(ctx: Context, node: ts.DeleteExpression): Value {
  const target = ts.isParenthesizedExpression(node.expression) ? node.expression.expression : node.expression;
  const isAccess = ts.isElementAccessExpression(target) || ts.isPropertyAccessExpression(target);
  const dict = isAccess ? marked(ctx, target.expression) : undefined;
  if (dict?.rep.kind !== "dict") return refuse(ctx, node, "LF308", "'delete' is supported for objects by key, such as Record<string, T>");
  return { code: code`__js.dict_delete<${typeText(ctx, dict.rep.value)}>(${dict.code}, ${keyOf(ctx, target as DictAccess)})`, rep: BOOLEAN };
}

/** `key in d`. */
export function isInDict(ctx: Context, node: ts.BinaryExpression, dict: Value): Value {
  return { code: code`__js.dict_in<${typeText(ctx, (dict.rep as Dict).value)}>(${keyText(ctx, node.left)}, ${dict.code})`, rep: BOOLEAN };
}

/** `Object.keys(d)` and its like; undefined where the argument is no object by key. */
export function objectCall(ctx: Context, node: ts.CallExpression, name: string, target: Rep | undefined): Value | undefined {
  const [given, second] = node.arguments;
  if (given === undefined) return undefined;
  if (name === "fromEntries") return fromEntries(ctx, node, given, target);
  if (!/^(keys|values|entries|hasOwn)$/.test(name) || repAt(ctx, given).kind !== "dict") return undefined;
  const dict = marked(ctx, given);
  const { value } = dict.rep as Dict;
  const type = typeText(ctx, value);
  if (name === "hasOwn") return { code: code`__js.dict_hasOwn<${type}>(${dict.code}, ${second === undefined ? '"undefined"' : keyText(ctx, second)})`, rep: BOOLEAN };
  if (name === "keys") return { code: code`__js.dict_keys<${type}>(${dict.code})`, rep: { kind: "array", item: STRING } };
  if (name === "values") return { code: code`__js.dict_values<${type}>(${dict.code})`, rep: { kind: "array", item: value } };
  const entry: Rep = { kind: "record", record: ctx.job.types.tuple([STRING, value]) };
  const tuple = typeText(ctx, entry);
  const make = `(__env: usize, k: string, v: ${type}): ${tuple} => new ${tuple}(k, v)`;
  return { code: code`__js.dict_entries<${type}, ${tuple}>(${dict.code}, 0, ${make})`, rep: { kind: "array", item: entry } };
}

/** `Object.fromEntries(entries)`: of an array of [key, value], or a Map. */
function fromEntries(ctx: Context, node: ts.CallExpression, given: ts.Expression, target: Rep | undefined): Value {
  const rep = target?.kind === "dict" ? target : repAt(ctx, node);
  const entries = asArray(ctx, given);
  const item = entries.rep.kind === "array" ? entries.rep.item : undefined;
  const fields = item?.kind === "record" && item.record.tuple ? item.record.fields : [];
  const [key, value] = fields.map((f) => f.rep);
  if (rep.kind !== "dict" || item === undefined || key === undefined || value === undefined || (key.kind !== "string" && key.kind !== "number"))
    return refuse(ctx, node, "LF302", "'Object.fromEntries' is supported of an array of [key, value] or a Map", "say what an entry is: xs.map((x): [string, number] => [x.name, x.n])");
  const type = typeText(ctx, item);
  const held = temporary(ctx, entries.rep);
  const inner: Context = { ...ctx, fn: { ...ctx.fn, temporaries: [] } };
  const part = (of: Rep, text: Code): Code =>
    code`__js.array_map<${type}, ${typeText(ctx, of)}>(${held}, 0, (__env: usize, e: ${type}, i: f64): ${typeText(ctx, of)} => ${text})`;
  const keys = part(STRING, key.kind === "number" ? "__js.str<f64>(e._0)" : "e._0");
  const values = part(rep.value, convert(inner, { code: "e._1", rep: value }, rep.value, node));
  return { code: code`(${held} = ${entries.code}, __js.dict_of<${typeText(ctx, rep.value)}>(${keys}, ${values}))`, rep };
}

/** `d.hasOwnProperty(key)`; undefined for another call. */
export function dictMethod(ctx: Context, node: ts.CallExpression, name: string, dict: Value): Value {
  const [key] = node.arguments;
  if (name === "hasOwnProperty" && key !== undefined)
    return { code: code`__js.dict_hasOwn<${typeText(ctx, (dict.rep as Dict).value)}>(${dict.code}, ${keyText(ctx, key)})`, rep: BOOLEAN };
  return refuse(ctx, node, "LF302", `'${name}' of an object by key is not supported in a job`, "use Object.keys, Object.entries or a Map");
}
