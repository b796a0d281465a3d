// JSON.stringify and JSON.parse of values whose type is known: the calls, the methods of records and classes behind them, and what has
// no JSON. The helpers are assembly/js/json_text.ts and json_read.ts.
import ts from "typescript-compiler-api";
import { NULL, STRING, describe, isPrimitive, isUnknown } from "../types.ts";
import type { Field, RecordClass, Rep } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { refuse, place, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into, marked } from "./dispatch.ts";

/** `JSON.stringify(...)`, `JSON.parse(...)`; undefined when it is another call. `target` is what a parsed value goes into. */
export function jsonCall(ctx: Context, node: ts.CallExpression, callee: ts.PropertyAccessExpression, target: Rep | undefined): Value | undefined {
  if (!ts.isIdentifier(callee.expression) || callee.expression.text !== "JSON") return undefined;
  if (!ctx.job.program.isLibrary(ctx.job.checker.getSymbolAtLocation(callee.expression))) return undefined;
  return callee.name.text === "stringify" ? stringify(ctx, node) : callee.name.text === "parse" ? parse(ctx, node, target) : undefined;
}

function stringify(ctx: Context, node: ts.CallExpression): Value {
  const [given, replacer, space] = node.arguments;
  if (given === undefined) return refuse(ctx, node, "LF325", "JSON.stringify needs a value", "write JSON.stringify(value)");
  if (replacer !== undefined && !isNothing(replacer))
    refuse(ctx, replacer, "LF325", "a replacer of JSON.stringify is not supported in a job", "make an object with the wanted fields, and null here");
  const value = marked(ctx, given);
  const why = withoutJson(ctx, value.rep);
  if (why !== undefined) refuse(ctx, given, "LF325", why.message, why.hint);
  if (value.rep.kind === "nullable" && value.rep.absent !== "null")
    refuse(ctx, given, "LF319", "this may be undefined, which has no JSON", "give a default: x ?? null");
  ctx.job.jsonUses.push({ rep: value.rep, node: given });
  const text = value.rep === NULL ? '"null"' : code`__js.json_text<${typeText(ctx, value.rep)}>(${value.code})`;
  return { code: space === undefined || isNothing(space) ? text : indented(ctx, text, space), rep: STRING };
}

function isNothing(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined");
}

function indented(ctx: Context, text: Code, space: ts.Expression): Code {
  const gap = marked(ctx, space);
  if (gap.rep.kind === "number") return code`__js.json_indented(${text}, __js.json_spaces(${gap.code}))`;
  if (gap.rep.kind === "string") return code`__js.json_indented(${text}, __js.string_slice(${gap.code}, 0.0, 10.0))`;
  return refuse(ctx, space, "LF325", `the white space of JSON.stringify is a number or text, this is '${describe(gap.rep)}'`, "write a number of spaces");
}

function parse(ctx: Context, node: ts.CallExpression, target: Rep | undefined): Value {
  const [given, reviver] = node.arguments;
  if (given === undefined) return refuse(ctx, node, "LF325", "JSON.parse needs a text", "write JSON.parse(text) as T");
  if (reviver !== undefined && !isNothing(reviver))
    refuse(ctx, reviver, "LF325", "a reviver of JSON.parse is not supported in a job", "change the value that JSON.parse gives");
  if (target === undefined || target.kind === "void")
    return refuse(ctx, node, "LF101", "JSON.parse gives any value: a job needs to know its type", "say it: JSON.parse(text) as T");
  const why = unreadable(ctx, target);
  if (why !== undefined) refuse(ctx, node, "LF325", `${why}, so JSON.parse cannot make it`, "parse an object type of text, numbers, booleans, arrays and objects, and make the rest of it");
  return { code: code`__js.json_parse<${typeText(ctx, target)}>(${into(ctx, given, STRING)}, ${place(ctx, node)})`, rep: target };
}

interface Why {
  readonly message: string;
  readonly hint: string;
}

/** Why the value has no JSON, or none that a job could write; undefined where it has. */
export function withoutJson(ctx: Context, rep: Rep, seen: ReadonlySet<unknown> = new Set()): Why | undefined {
  switch (rep.kind) {
    case "bigint":
      return { message: "a bigint has no JSON", hint: "write it as text: String(x), or Number(x)" };
    case "array":
      if (rep.item.kind === "function") return { message: "functions have no JSON", hint: "make an array without them" };
      return withoutJson(ctx, rep.item, seen);
    case "nullable":
      if (rep.absent === "both" && seen.size > 0)
        return { message: `'${describe(rep)}' is left out where it is undefined and not where it is null, which a job cannot tell apart`, hint: "choose one of them: T | null, or an optional field" };
      return withoutJson(ctx, rep.of, seen);
    case "record":
      if (rep.record.open) return { message: `'${describe(rep)}' does not know in a job how many elements it has`, hint: "make an array" };
      if (seen.has(rep.record)) return undefined;
      return firstOf(rep.record.fields, (f) => withoutJson(ctx, f.rep, new Set([...seen, rep.record])));
    case "class":
      return ctx.job.classJson(rep).why;
    case "dict":
      if (rep.value.kind === "nullable" && rep.value.absent !== "null")
        return { message: `'${describe(rep)}' leaves out what is undefined`, hint: "make an object by key of what is there" };
      return withoutJson(ctx, rep.value, seen);
    case "mixed":
      for (const member of rep.of) {
        const why = withoutJson(ctx, member, seen);
        if (why !== undefined) return why;
        if (!isPrimitive(member)) return { message: `'${describe(rep)}' is written by what it is, which is known only when the job runs`, hint: "ask what it is first, and write that" };
      }
      return undefined;
    case "api":
    case "regexp":
    case "match":
    case "groups":
    case "void":
    case "never":
      return { message: `'${describe(rep)}' has no JSON`, hint: "write its fields" };
    default:
      return undefined;
  }
}

function firstOf(fields: readonly Field[], test: (field: Field) => Why | undefined): Why | undefined {
  for (const field of fields) {
    const why = test(field);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Why no value of the type can be made of a text; undefined where it can. */
function unreadable(ctx: Context, rep: Rep, seen: ReadonlySet<RecordClass> = new Set()): string | undefined {
  switch (rep.kind) {
    case "number":
    case "string":
    case "boolean":
      return undefined;
    case "array":
      return unreadable(ctx, rep.item, seen);
    case "nullable":
      return unreadable(ctx, rep.of, seen);
    case "dict":
      return unreadable(ctx, rep.value, seen);
    case "mixed":
      return rep.of.every((member) => isPrimitive(member) && unreadable(ctx, member) === undefined) ? undefined : `'${describe(rep)}' has types that are not told apart in a text`;
    case "record":
      if (rep.record.open) return `'${describe(rep)}' has elements that may be left out`;
      if (seen.has(rep.record)) return undefined;
      return rep.record.fields.map((f) => unreadable(ctx, f.rep, new Set([...seen, rep.record]))).find((why) => why !== undefined);
    default:
      return `'${describe(rep)}' is more than JSON has`;
  }
}

/** A field as its JSON wants it. */
export interface JsonField {
  readonly name: string;
  readonly key: string;
  readonly rep: Rep;
  /** It is there only where this holds. */
  readonly condition?: string | undefined;
}

/** The method `__json` of an object with these fields, in the order of their text. */
export function jsonMethod(ctx: Context, fields: readonly JsonField[]): string {
  const parts = fields.map(({ name, key, rep, condition }) => {
    if (rep.kind === "function" || (rep.kind === "nullable" && rep.of.kind === "function")) return "";
    const isOptional = rep.kind === "nullable" && rep.absent === "undefined";
    const test = condition ?? (isUnknown(rep) ? `!__js.isUndefinedIn<__js.Mixed | null>(this.${name})` : isOptional ? `changetype<usize>(this.${name}) != 0` : undefined);
    const add = `s += ${quote(`,${JSON.stringify(key)}:`)} + __js.json_text<${typeText(ctx, rep).replaceAll("__r.", "")}>(this.${name});`;
    return test === undefined ? add : `if (${test}) { ${add} }`;
  });
  return `__json(): string { let s = ""; ${parts.join(" ")} return "{" + s.substring(1) + "}"; }`;
}

/** `__json` and, where it can be read, `__parse` of a record. */
export function recordJson(ctx: Context, record: RecordClass, columns: readonly Field[], nameOf: (name: string) => string): string {
  const rep: Rep = { kind: "record", record };
  const typeOf = (r: Rep): string => typeText(ctx, r).replaceAll("__r.", "");
  const written = withoutJson(ctx, rep) !== undefined ? "" : record.tuple ? tupleText(record, typeOf) : jsonMethod(ctx, columns.map((f) => ({ name: nameOf(f.name), key: f.name, rep: f.rep })));
  return `${written} ${unreadable(ctx, rep) === undefined ? parseMethod(record, typeOf) : ""}`;
}

function tupleText(record: RecordClass, typeOf: (rep: Rep) => string): string {
  const parts = record.fields.map((f) => `__js.json_text<${typeOf(f.rep)}>(this.${f.name})`);
  return `__json(): string { return "[" + ${parts.join(' + "," + ') || '""'} + "]"; }`;
}

function parseMethod(record: RecordClass, typeOf: (rep: Rep) => string): string {
  const declared = record.fields.map((f, i) => `let f${i}: ${typeOf(f.rep)} = ${f.rep.kind === "nullable" ? "null" : isUnknown(f.rep) ? "__js.mixed_undefined()" : `__js.json_nothing<${typeOf(f.rep)}>()`}; let h${i}: bool = false;`).join(" ");
  const made = `return new ${record.name}(${record.fields.map((_, i) => `f${i}`).join(", ")});`;
  const length = `r.mismatches("an array of ${record.fields.length} element${record.fields.length === 1 ? "" : "s"} is wanted");`;
  const read = (i: number): string => `{ f${i} = r.read<${typeOf((record.fields[i] as Field).rep)}>(); h${i} = true; }`;
  const body = record.tuple
    ? `r.beginItems(); ${record.fields.map((_, i) => `if (!r.nextItem(${i === 0})) ${length} ${read(i)}`).join(" ")} if (r.nextItem(${record.fields.length === 0})) ${length}`
    : `r.beginFields(); for (let first = true; r.nextField(first); first = false) { ${record.fields.map((f, i) => `if (r.name == ${quote(f.name)}) ${read(i)} else `).join("")}r.skip(); }`;
  const missing = record.fields.map((f, i) => (record.tuple || isUnknown(f.rep) || (f.rep.kind === "nullable" && f.rep.absent !== "null") ? "" : `if (!h${i}) r.missing(${quote(f.name)});`)).join(" ");
  return `__parse(r: __js.JsonReader): ${record.name} { ${declared} ${body} ${missing} ${made} }`;
}

/** The records inside a type, itself too. */
export function recordsIn(rep: Rep, found: Set<RecordClass> = new Set()): Set<RecordClass> {
  if (rep.kind === "nullable") recordsIn(rep.of, found);
  if (rep.kind === "array") recordsIn(rep.item, found);
  if (rep.kind === "dict") recordsIn(rep.value, found);
  if (rep.kind === "record" && !found.has(rep.record)) {
    found.add(rep.record);
    for (const field of rep.record.fields) recordsIn(field.rep, found);
  }
  return found;
}
