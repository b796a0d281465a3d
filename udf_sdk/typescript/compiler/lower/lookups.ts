// Lookups by a computed key whose values TypeScript knows: `WEIGHT[level]` of a table with a field per level, `Level[n]` for
// the name of an enum's member. Each becomes a chain of comparisons.
import ts from "typescript-compiler-api";
import { isAskedFor } from "../guards.ts";
import { symbolOf } from "../scopes.ts";
import { NUMBER, STRING, fieldOf, nullable, sameRep } from "../types.ts";
import type { Field, RecordClass, Rep } from "../types.ts";
import { code, quote, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { localName, place, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { missing } from "./convert.ts";
import { into } from "./dispatch.ts";
import { numberText } from "./literals.ts";

/** A key that is a union of literals, each of them a field of the record, all of one type. */
interface Keyed {
  readonly rep: Rep;
  readonly keyRep: Rep;
  /** Chooses by the key that is in the variable. */
  choose(key: string, of: (field: Field) => string): string;
}

function keyed(ctx: Context, index: ts.Expression, record: RecordClass): Keyed | undefined {
  const type = ctx.job.checker.getTypeAtLocation(index);
  const keys = type.isUnion() ? type.types : [type];
  const isText = keys.every((k) => k.isStringLiteral());
  if (!isText && !keys.every((k) => k.isNumberLiteral())) return undefined;
  const literals = keys.map((k) => (k as ts.LiteralType).value as string | number);
  const fields = literals.map((k) => fieldOf(record, String(k)));
  const [first] = fields;
  if (first === undefined || !fields.every((f): f is Field => f !== undefined && sameRep(f.rep, first.rep)))
    return undefined;
  const texts = literals.map((k) => (typeof k === "string" ? quote(k) : numberText(k)));
  const otherwise = `__l.never<${typeText(ctx, first.rep)}>()`;
  const choose = (key: string, of: (field: Field) => string): string =>
    `(${fields.map((f, i) => `${key} == ${texts[i] ?? ""} ? ${of(f)} : `).join("")}${otherwise})`;
  return { rep: first.rep, keyRep: isText ? STRING : NUMBER, choose };
}

/** A field of a record by a key that is a union of literals; undefined where fields are missing or of different types. */
export function fieldByKey(
  ctx: Context,
  index: ts.Expression,
  receiver: Value,
  record: RecordClass,
): Value | undefined {
  const target = fieldTargetByKey(ctx, index, receiver, record);
  return target && { code: code`(${separated([...target.setup, target.read], ", ")})`, rep: target.rep };
}

/** Such a field where it is read or written: receiver and key are put aside once, `object` is the receiver's variable. */
export interface KeyedTarget {
  readonly object: string;
  readonly rep: Rep;
  readonly setup: readonly Code[];
  readonly read: Code;
  write(value: Code): Code;
}

/** The same, as something that can be assigned to. */
export function fieldTargetByKey(
  ctx: Context,
  index: ts.Expression,
  receiver: Value,
  record: RecordClass,
): KeyedTarget | undefined {
  const found = keyed(ctx, index, record);
  if (found === undefined) return undefined;
  const object = temporary(ctx, receiver.rep);
  const key = temporary(ctx, found.keyRep);
  const setup: Code[] = [code`${object} = ${receiver.code}`, code`${key} = ${into(ctx, index, found.keyRep)}`];
  return {
    object,
    rep: found.rep,
    setup,
    read: found.choose(key, (f) => `${object}.${localName(f.name)}`),
    write: (value: Code): Code => {
      const held = temporary(ctx, found.rep);
      return code`(${held} = ${value}, ${found.choose(key, (f) => `(${object}.${localName(f.name)} = ${held})`)})`;
    },
  };
}

/** The enum of `Level[n]`. */
export function enumOf(ctx: Context, node: ts.ElementAccessExpression): ts.EnumDeclaration | undefined {
  const symbol = ts.isIdentifier(node.expression) ? symbolOf(ctx.job.checker, node.expression) : undefined;
  const declaration = symbol?.valueDeclaration;
  return declaration !== undefined && ts.isEnumDeclaration(declaration) ? declaration : undefined;
}

/** `Level[n]`: the name of the member with that value; of none, undefined if it is asked for, else the record ends with an error. */
export function enumName(ctx: Context, node: ts.ElementAccessExpression): Value | undefined {
  const declaration = enumOf(ctx, node);
  if (declaration === undefined) return undefined;
  const names = new Map<number, string>();
  for (const member of declaration.members) {
    const value = ctx.job.checker.getConstantValue(member);
    if (typeof value !== "number") return undefined;
    names.set(value, (member.name as ts.Identifier).text);
  }
  const key = temporary(ctx, NUMBER);
  const chosen = [...names].map(([value, name]) => `${key} == ${numberText(value)} ? ${quote(name)} : `);
  const given = into(ctx, node.argumentExpression, NUMBER);
  const rep = isAskedFor(ctx.job.checker, node) ? nullable(STRING, "undefined") : STRING;
  const none = rep === STRING ? `__l.missing<string>(${place(ctx, node)})` : missing(ctx, rep);
  return { code: code`(${key} = ${given}, ${chosen.join("")}${none})`, rep };
}
