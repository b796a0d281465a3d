// Object literals: each becomes one record of the wanted class. Values are computed in the order written.
import ts from "typescript-compiler-api";
import { describe, fieldOf, isUnknown, present } from "../types.ts";
import type { Made } from "../key_order.ts";
import type { RecordClass, Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { localName, refuse, repOf, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, missing, unwrapped } from "./convert.ts";
import { dictLiteral } from "./dicts.ts";
import { into, marked } from "./dispatch.ts";
import { functionLiteral } from "./functions.ts";
import { identifier } from "./names.ts";

/** `{ ... }`. */
export function objectLiteral(ctx: Context, node: ts.ObjectLiteralExpression, target: Rep | undefined): Value {
  const wanted = target === undefined ? undefined : present(target);
  const rep = wanted?.kind === "record" || wanted?.kind === "dict" ? wanted : ownRep(ctx, node);
  if (rep.kind === "dict") return dictLiteral(ctx, node, rep);
  if (rep.kind !== "record")
    return refuse(ctx, node, "LF108", `an object is written where '${describe(rep)}' is wanted`, wayToMake(rep));
  const { setup, fields } = literalFields(ctx, node, rep.record);
  const made = code`new ${typeText(ctx, rep)}(${separated(fields, ", ")})`;
  return { code: setup.length === 0 ? made : code`(${separated([...setup, made], ", ")})`, rep };
}

/** How to make what a literal cannot: of an interface that classes implement, each value is of a class. */
function wayToMake(rep: Rep): string | undefined {
  if (rep.kind !== "class") return undefined;
  const { name, flags } = rep.symbol;
  return flags & ts.SymbolFlags.Class
    ? `write new ${name}(...)`
    : `classes implement '${name}': make this one a class that implements it, too`;
}

/** The values of a record's fields in declared order, and what comes before them. */
export function literalFields(
  ctx: Context,
  node: ts.ObjectLiteralExpression,
  record: RecordClass,
): { setup: Code[]; fields: Code[] } {
  const needsOrder = !inOrder(node, record);
  const setup: Code[] = [];
  const values = new Map<string, Code>();
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) spread(ctx, property, record, setup, values, writtenBehind(node, property));
    else {
      const field = fieldNamed(ctx, property, record);
      values.set(field.name, hold(ctx, field.rep, fieldValue(ctx, property, field.rep), needsOrder, setup));
    }
  }
  ctx.job.orders.note(record, node.properties.flatMap((p) => madeOf(ctx, p)));
  const fields = record.fields.map((f) => values.get(f.name) ?? absent(ctx, node, f.name, f.rep));
  return { setup, fields };
}

/** What a part of a literal adds to the object: a name, or the fields of what is spread. */
function madeOf(ctx: Context, property: ts.ObjectLiteralElementLike): Made {
  if (!ts.isSpreadAssignment(property)) return [nameOf(property) ?? ""];
  const rep = present(repOf(ctx, ctx.job.checker.getTypeAtLocation(property.expression), property.expression));
  return rep.kind === "record" ? [rep.record] : [];
}

function ownRep(ctx: Context, node: ts.ObjectLiteralExpression): Rep {
  const { checker } = ctx.job;
  const type = checker.getContextualType(node);
  const isUseful =
    type !== undefined && !(type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.TypeParameter));
  return present(repOf(ctx, isUseful ? checker.getNonNullableType(type) : checker.getTypeAtLocation(node), node));
}

/** The fields are written as they are declared, so nothing needs to be kept aside. */
function inOrder(node: ts.ObjectLiteralExpression, record: RecordClass): boolean {
  let next = 0;
  for (const property of node.properties) {
    if (ts.isSpreadAssignment(property)) return false;
    const name = nameOf(property);
    const index = record.fields.findIndex((f) => f.name === name);
    if (index < next) return false;
    next = index + 1;
  }
  return true;
}

function nameOf(property: ts.ObjectLiteralElementLike): string | undefined {
  const { name } = property;
  if (name === undefined) return undefined;
  return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? name.text : undefined;
}

function fieldNamed(
  ctx: Context,
  property: ts.ObjectLiteralElementLike,
  record: RecordClass,
): RecordClass["fields"][number] {
  if (ts.isAccessor(property))
    return refuse(ctx, property, "LF312", "getters and setters in an object literal are not supported in a job");
  const name = nameOf(property);
  if (name === undefined) return refuse(ctx, property, "LF307", "a computed field name is not supported in a job");
  return (
    fieldOf(record, name) ??
    refuse(
      ctx,
      property,
      "LF108",
      `'${name}' is not a field of the wanted type`,
      "remove the field, or declare it in the type",
    )
  );
}

function fieldValue(ctx: Context, property: ts.ObjectLiteralElementLike, rep: Rep): Code {
  if (ts.isPropertyAssignment(property)) return into(ctx, property.initializer, rep);
  if (ts.isMethodDeclaration(property)) return convert(ctx, functionLiteral(ctx, property, rep), rep, property);
  const name = (property as ts.ShorthandPropertyAssignment).name;
  return from(name, convert(ctx, identifier(ctx, name), rep, name));
}

/** The value itself, or a variable that got it in its turn. */
function hold(ctx: Context, rep: Rep, value: Code, isHeld: boolean, setup: Code[]): Code {
  if (!isHeld) return value;
  const held = temporary(ctx, rep);
  setup.push(code`${held} = ${value}`);
  return held;
}

/** Fields that the literal names behind the spread: what the spread has there is not read. */
function writtenBehind(node: ts.ObjectLiteralExpression, spread: ts.SpreadAssignment): ReadonlySet<string> {
  const behind = node.properties.slice(node.properties.indexOf(spread) + 1);
  return new Set(behind.flatMap((p) => nameOf(p) ?? []));
}

/** `...other`: its fields, over those written before it. Where `other` itself may be missing, it then brings nothing. */
function spread(
  ctx: Context,
  property: ts.SpreadAssignment,
  record: RecordClass,
  setup: Code[],
  values: Map<string, Code>,
  overridden: ReadonlySet<string>,
): void {
  const value = marked(ctx, property.expression);
  const rep = present(value.rep);
  if (rep.kind !== "record")
    return refuse(ctx, property, "LF315", `'${describe(value.rep)}' cannot be spread into an object in a job`);
  const held = temporary(ctx, value.rep);
  setup.push(code`${held} = ${value.code}`);
  const there = unwrapped(ctx, { code: held, rep: value.rep }).code;
  for (const field of rep.record.fields) {
    const wanted = fieldOf(record, field.name);
    if (wanted === undefined || overridden.has(field.name)) continue;
    const copy = temporary(ctx, wanted.rep);
    const before = values.get(field.name);
    const own = { code: code`${there}.${localName(field.name)}`, rep: field.rep };
    const brought = overlaid(ctx, property, own, wanted.rep, before);
    setup.push(
      value.rep.kind === "nullable"
        ? code`${copy} = ${held} !== null ? ${brought} : ${before ?? absent(ctx, property, field.name, wanted.rep)}`
        : code`${copy} = ${brought}`,
    );
    values.set(field.name, copy);
  }
}

/** The field of the spread object; where it is optional and absent there, what was written before it. */
function overlaid(ctx: Context, node: ts.Node, field: Value, wanted: Rep, before: Code | undefined): Code {
  if (before !== undefined && isUnknown(field.rep)) refuse(ctx, node, "LF315", "a field of an unknown value is not spread over another in a job");
  if (before === undefined || field.rep.kind !== "nullable" || field.rep.absent !== "undefined")
    return convert(ctx, field, wanted, node);
  return code`(${field.code} !== null ? ${convert(ctx, unwrapped(ctx, field), wanted, node)} : ${before})`;
}

function absent(ctx: Context, node: ts.Node, name: string, rep: Rep): Code {
  if (rep.kind === "nullable") return "null";
  if (isUnknown(rep)) return missing(ctx, rep);
  return refuse(ctx, node, "LF108", `field '${name}' is missing`);
}
