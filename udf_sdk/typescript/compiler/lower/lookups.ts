// Lookups by a computed key whose values TypeScript knows: `WEIGHT[level]` of a table with a field per level, `Level[n]` for
// the name of an enum's member. Each becomes a chain of comparisons.
import ts from "typescript-compiler-api";
import { symbolOf } from "../scopes.ts";
import { NUMBER, STRING, fieldOf, sameRep } from "../types.ts";
import type { Field, RecordClass } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { localName, place, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into } from "./dispatch.ts";
import { numberText } from "./literals.ts";

/** A field of a record by a key that is a union of literals; undefined where fields are missing or of different types. */
export function fieldByKey(
  ctx: Context,
  index: ts.Expression,
  receiver: Value,
  record: RecordClass,
): Value | undefined {
  const type = ctx.job.checker.getTypeAtLocation(index);
  const keys = type.isUnion() ? type.types : [type];
  const isText = keys.every((k) => k.isStringLiteral());
  if (!isText && !keys.every((k) => k.isNumberLiteral())) return undefined;
  const literals = keys.map((k) => (k as ts.LiteralType).value as string | number);
  const fields = literals.map((k) => fieldOf(record, String(k)));
  const [first] = fields;
  if (first === undefined || !fields.every((f): f is Field => f !== undefined && sameRep(f.rep, first.rep)))
    return undefined;
  const held = temporary(ctx, receiver.rep);
  const key = temporary(ctx, isText ? STRING : NUMBER);
  const chosen = fields.map((f, i): Code => {
    const literal = literals[i] as string | number;
    const text = typeof literal === "string" ? quote(literal) : numberText(literal);
    return `${key} == ${text} ? ${held}.${localName(f.name)} : `;
  });
  const given = into(ctx, index, isText ? STRING : NUMBER);
  const otherwise = `__l.never<${typeText(ctx, first.rep)}>()`;
  return {
    code: code`(${held} = ${receiver.code}, ${key} = ${given}, ${chosen}${otherwise})`,
    rep: first.rep,
  };
}

/** `Level[n]`: the name of the member with that value; of none, the record ends with an error. */
export function enumName(ctx: Context, node: ts.ElementAccessExpression): Value | undefined {
  const symbol = ts.isIdentifier(node.expression) ? symbolOf(ctx.job.checker, node.expression) : undefined;
  const declaration = symbol?.valueDeclaration;
  if (declaration === undefined || !ts.isEnumDeclaration(declaration)) return undefined;
  const names = new Map<number, string>();
  for (const member of declaration.members) {
    const value = ctx.job.checker.getConstantValue(member);
    if (typeof value !== "number") return undefined;
    names.set(value, (member.name as ts.Identifier).text);
  }
  const key = temporary(ctx, NUMBER);
  const chosen = [...names].map(([value, name]) => `${key} == ${numberText(value)} ? ${quote(name)} : `);
  const given = into(ctx, node.argumentExpression, NUMBER);
  return { code: code`(${key} = ${given}, ${chosen.join("")}__l.missing<string>(${place(ctx, node)}))`, rep: STRING };
}
