// Objects of functions and options: `{ create, add, finish }`, `{ outOfOrder }`. The methods of assembly/ have the members as
// parameters, in the order of api_table.ts: a function as environment, function and description, an option as its value or null.
import ts from "typescript-compiler-api";
import { describeFunction } from "../analysis.ts";
import { memberOf } from "../api_table.ts";
import type { ApiMethod } from "../api_table.ts";
import { bare } from "../scopes.ts";
import { fieldOf } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { description, streamFunction } from "./api_functions.ts";
import { isUndefined } from "./arguments.ts";
import { localName, refuse, repOf, temporary } from "./context.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { functionPair } from "./functions.ts";

/** What a call gives: parameters and members by name, and the functions among them. */
export interface Given {
  readonly names: Set<string>;
  readonly functions: Map<string, Rep & { kind: "function" }>;
}

/** An object of functions and options: its members one by one, what it lacks as null. */
export function membersOf(ctx: Context, method: ApiMethod, given: ts.Expression | undefined, type: ts.Type, seen: Given): Code[] {
  const { checker } = ctx.job;
  const parts = given === undefined || isUndefined(given) ? NO_MEMBERS : membersGiven(ctx, given);
  return method.members.flatMap((name): Code[] => {
    const property = checker.getPropertyOfType(type, name);
    if (property === undefined) return [];
    const wanted = checker.getTypeOfSymbol(property);
    const value = parts(name);
    if (value !== undefined) seen.names.add(name);
    if (!isFunctionType(checker, wanted)) return [value === undefined ? "null" : value.into(repOf(ctx, wanted, given as ts.Expression))];
    const rep = repOf(ctx, checker.getNonNullableType(wanted), given ?? (property.valueDeclaration as ts.Node));
    if (value === undefined || rep.kind !== "function") return ["0", "null", '""'];
    seen.functions.set(name, rep);
    return value.asFunction(rep, memberOf(name));
  });
}

export function isFunctionType(checker: ts.TypeChecker, type: ts.Type): boolean {
  return checker.getNonNullableType(type).getCallSignatures().length > 0;
}

/** One member of an object that is given. */
interface Member {
  into(rep: Rep): Code;
  asFunction(rep: Rep & { kind: "function" }, method: ApiMethod): Code[];
}

const NO_MEMBERS = (): Member | undefined => undefined;

/** The members of an object: written in place, or of a variable; of two with one name the last one stands. */
function membersGiven(ctx: Context, given: ts.Expression): (name: string) => Member | undefined {
  const node = bare(given);
  if (!ts.isObjectLiteralExpression(node)) return membersHeld(ctx, node);
  const parts = node.properties.map((p) => (ts.isSpreadAssignment(p) ? membersHeld(ctx, p.expression) : memberWritten(ctx, p)));
  return (name) => parts.findLast((part) => part(name) !== undefined)?.(name);
}

/** One member as it is written. */
function memberWritten(ctx: Context, property: ts.ObjectLiteralElementLike): (name: string) => Member | undefined {
  const { name } = property;
  if (name === undefined || !(ts.isIdentifier(name) || ts.isStringLiteral(name)) || ts.isAccessor(property))
    return refuse(ctx, property, "LF315", "these functions and options have fixed names", "write { name: value }");
  const member = ts.isMethodDeclaration(property) ? methodMember(ctx, property) : valueMember(ctx, property);
  return (wanted) => (wanted === name.text ? member : undefined);
}

function methodMember(ctx: Context, node: ts.MethodDeclaration): Member {
  return {
    into: () => refuse(ctx, node, "LF302", "a value is needed here, not a function"),
    asFunction: (rep, method) => {
      if (node.modifiers?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword)) refuse(ctx, node, "LF204", "a stream function cannot be async");
      const pair = functionPair(ctx, node, rep);
      return [pair.environment, pair.fn, description(ctx, node, describeFunction(ctx.job.checker, node, method, rep))];
    },
  };
}

function valueMember(ctx: Context, property: ts.ObjectLiteralElementLike): Member | undefined {
  const value = ts.isPropertyAssignment(property) ? property.initializer : (property as ts.ShorthandPropertyAssignment).name;
  if (isUndefined(value)) return undefined;
  return {
    into: (rep) => into(ctx, value, rep),
    asFunction: (rep, method) => streamFunction(ctx, method, value, rep),
  };
}

/** The options that a variable holds. They are read in the order of the parameters, which is as good as any. */
function membersHeld(ctx: Context, node: ts.Expression): (name: string) => Member | undefined {
  const value = marked(ctx, node);
  const { rep } = value;
  if (rep.kind !== "record") return refuse(ctx, node, "LF302", "an object is needed here", "write it in place: { name: value }");
  const held = temporary(ctx, rep);
  let isSet = false;
  return (name) => {
    const field = fieldOf(rep.record, name);
    if (field === undefined) return undefined;
    return {
      into: (wanted) => {
        const owner = isSet ? held : code`(${held} = ${value.code})`;
        isSet = true;
        return convert(ctx, { code: code`${owner}.${localName(name)}`, rep: field.rep }, wanted, node);
      },
      asFunction: () => refuse(ctx, node, "LF302", "the functions of an operator are written where it is built", "write them in place: { name: (...) => ... }"),
    };
  };
}
