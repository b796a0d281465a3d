// The method by which objects of a class write their JSON: what toJSON() gives, else their fields.
import ts from "typescript-compiler-api";
import { baseOf, isOwnField } from "../class_fields.ts";
import type { Rep } from "../types.ts";
import { quote } from "../writer.ts";
import { localName, repOfSymbol, typeText } from "./context.ts";
import type { Context } from "./context.ts";
import { isErrorClass } from "./errors.ts";
import { resultRep } from "./functions.ts";
import { substitutionOfMember } from "./inheritance.ts";
import { jsonMethod, withoutJson } from "./json.ts";
import type { JsonField } from "./json.ts";

/** How objects of the class write their JSON: what toJSON() gives, else their fields, those of bases first. */
export function classJson(ctx: Context, rep: Rep & { kind: "class" }): ReturnType<Context["job"]["classJson"]> {
  const { checker } = ctx.job;
  const { name, valueDeclaration } = rep.symbol;
  const none = { message: `'${name}' is an interface that classes implement, and what JSON these have is not known here`, hint: "give it a method that answers the text" };
  if (valueDeclaration === undefined || !ts.isClassDeclaration(valueDeclaration)) return { why: none, method: "" };
  if (isErrorClass(ctx, rep.symbol)) return { why: { message: "the JSON of an error leaves out what it says", hint: "write { name: e.name, message: e.message }" }, method: "" };
  const inside: Context = { ...ctx, substitution: ctx.job.substitutionOf(rep) };
  const type = checker.getDeclaredTypeOfSymbol(rep.symbol);
  const own = checker.getPropertyOfType(type, "toJSON")?.declarations?.find(ts.isMethodDeclaration);
  if (own !== undefined) {
    const result = resultRep({ ...ctx, substitution: substitutionOfMember(ctx, rep, own) }, own);
    const why = own.parameters.length > 0 ? { message: "toJSON with a parameter is not supported in a job", hint: "leave the parameter out" } : withoutJson(ctx, result, new Set([rep.symbol]));
    return { why, method: why === undefined ? `__json(): string { return __js.json_text<${typeText(ctx, result)}>(this.toJSON()); }` : unwritable(why.message) };
  }
  const fields = chainOf(ctx, valueDeclaration).flatMap((node) => jsonFields(inside, rep, node));
  const unique = fields.filter((f, i) => fields.findIndex((g) => g.key === f.key) === i);
  const why = unique.map((f) => (f.rep.kind === "function" ? undefined : withoutJson(ctx, f.rep, new Set([rep.symbol])))).find((w) => w !== undefined);
  return { why, method: why === undefined ? jsonMethod(ctx, unique) : unwritable(why.message) };
}

/** A derived class that has no JSON, where its base has. */
function unwritable(message: string): string {
  return `__json(): string { __lf.fail(${quote(message)}, "", 0, 0); return ""; }`;
}

function chainOf(ctx: Context, node: ts.ClassDeclaration): ts.ClassDeclaration[] {
  const base = baseOf(ctx.job.checker, node);
  return base === undefined ? [node] : [...chainOf(ctx, base), node];
}

/** What a class itself adds to its objects: the properties of its constructor, then its fields; private names are no part of JSON. */
function jsonFields(ctx: Context, rep: Rep & { kind: "class" }, node: ts.ClassDeclaration): JsonField[] {
  const made = node.members.find((m): m is ts.ConstructorDeclaration => ts.isConstructorDeclaration(m) && m.body !== undefined);
  const owned = (made?.parameters ?? []).filter((p) => ts.isParameterPropertyDeclaration(p, made as ts.ConstructorDeclaration));
  const fields = node.members.filter((m): m is ts.PropertyDeclaration => isOwnField(m) && !ts.isPrivateIdentifier(m.name));
  return [...owned, ...fields].map((member) => {
    const symbol = ctx.job.checker.getSymbolAtLocation(member.name) as ts.Symbol;
    const key = member.name.getText();
    const inside: Context = { ...ctx, substitution: substitutionOfMember(ctx, rep, member) };
    const isChecked = ts.isPropertyDeclaration(member) && member.exclamationToken !== undefined;
    const fieldRep = repOfSymbol(inside, fieldSymbol(ctx, member) ?? symbol, member);
    return { name: localName(key), key, rep: fieldRep, condition: isChecked && fieldRep.kind !== "nullable" ? `this.__is_${localName(key)}` : undefined };
  });
}

/** Of a parameter property the field, not the parameter. */
function fieldSymbol(ctx: Context, member: ts.PropertyDeclaration | ts.ParameterDeclaration): ts.Symbol | undefined {
  const owner = ts.isParameter(member) ? member.parent.parent : member.parent;
  return ctx.job.checker.getPropertyOfType(ctx.job.checker.getTypeAtLocation(owner), member.name.getText());
}
