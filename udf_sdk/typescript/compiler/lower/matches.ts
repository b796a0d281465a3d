// What a pattern found: groups by number and by name, where they are, and the match as an array. A group that took no part is undefined in
// JavaScript though its type does not say so: it is where the program asks, and ends the record where it does not.
import ts from "typescript-compiler-api";
import { BOOLEAN, GROUPS, NUMBER, STRING, describe, nullable } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { place, refuse, repAt, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { missing, required } from "./convert.ts";

const TEXT_OR_NOT = nullable(STRING, "undefined");

/** The match as an array of its texts; ends the record where a group took no part. */
export function matchTexts(ctx: Context, node: ts.Node, match: Value): Value {
  return { code: code`__js.match_texts(${match.code}, ${place(ctx, node)})`, rep: { kind: "array", item: STRING } };
}

/** A group by its number, or undefined. */
export function peekGroup(ctx: Context, match: Value, index: Code): Value {
  return { code: code`(__js.match_peekOk(${match.code}, ${index}) ? __js.found<string>() : ${missing(ctx, TEXT_OR_NOT)})`, rep: TEXT_OR_NOT };
}

/** A group by its name: undefined where the program asks, else it must have taken part. */
export function namedGroup(ctx: Context, node: ts.Node, name: string | undefined, groups: Value, isAsked: boolean): Value {
  if (name === undefined) return refuse(ctx, node, "LF307", "a group is asked for by its own name in a job", "write match.groups.name");
  const value: Value = { code: code`(__js.match_namedOk(${groups.code}, ${quote(name)}) ? __js.found<string>() : ${missing(ctx, TEXT_OR_NOT)})`, rep: TEXT_OR_NOT };
  return isAsked ? value : required(ctx, node, value);
}

/** What a pattern takes out of a match or its groups. */
export function matchPart(ctx: Context, node: ts.Node, key: string | number, source: Value, isAsked: boolean): Value {
  if (source.rep.kind === "groups") return namedGroup(ctx, node, String(key), source, isAsked);
  if (typeof key === "string")
    return refuse(ctx, node, "LF307", `'${key}' cannot be taken out of a match by a pattern in a job`, `write match.${key}`);
  const group = peekGroup(ctx, source, `${String(key)}.0`);
  return isAsked ? group : required(ctx, node, group);
}

/** `m.index`, `m.input`, `m.groups`, `m.indices`, `m.length`. */
export function matchProperty(ctx: Context, node: ts.PropertyAccessExpression, match: Value): Value {
  const isOfExec = ctx.job.checker.getNonNullableType(ctx.job.checker.getTypeAtLocation(node.expression)).symbol?.name === "RegExpExecArray";
  switch (node.name.text) {
    case "length":
      return { code: code`__js.match_length(${match.code})`, rep: NUMBER };
    case "index": {
      const rep = nullable(NUMBER, "undefined");
      const made = code`(__js.match_indexOk(${match.code}) ? new __l.Some<f64>(__js.found<f64>()) : ${missing(ctx, rep)})`;
      return isOfExec ? { code: code`__js.match_index(${match.code})`, rep: NUMBER } : { code: made, rep };
    }
    case "input":
      return isOfExec ? { code: code`__js.match_input(${match.code})`, rep: STRING } : { code: code`__js.match_inputOrNull(${match.code})`, rep: TEXT_OR_NOT };
    case "groups":
      return { code: code`__js.match_groups(${match.code})`, rep: nullable(GROUPS, "undefined") };
    case "indices":
      return indices(ctx, node, match);
    default:
      return refuse(ctx, node, "LF302", `'${node.name.text}' of '${describe(match.rep)}' cannot be a value in a job`);
  }
}

function indices(ctx: Context, node: ts.PropertyAccessExpression, match: Value): Value {
  const pair: Rep = { kind: "record", record: ctx.job.types.tuple([NUMBER, NUMBER]) };
  const type = typeText(ctx, pair);
  const make = `(__env: usize, a: f64, b: f64): ${type} => new ${type}(a, b)`;
  return {
    code: code`__js.match_indices<${type}>(${match.code}, 0, ${make})`,
    rep: nullable({ kind: "array", item: nullable(pair, "undefined") }, "undefined"),
  };
}

const FLAGS: ReadonlyMap<string, string> = new Map([
  ["hasIndices", "d"],
  ["global", "g"],
  ["ignoreCase", "i"],
  ["multiline", "m"],
  ["dotAll", "s"],
  ["unicode", "u"],
  ["sticky", "y"],
]);

/** `re.source`, `re.flags`, `re.lastIndex`, `re.global` and its like. */
export function patternProperty(ctx: Context, node: ts.PropertyAccessExpression, pattern: Value): Value {
  const name = node.name.text;
  if (name === "source" || name === "flags") return { code: code`${pattern.code}.${name}`, rep: STRING };
  if (name === "lastIndex") return { code: code`${pattern.code}.lastIndex`, rep: repAt(ctx, node) };
  const flag = FLAGS.get(name);
  if (flag !== undefined) return { code: code`__js.regexp_has(${pattern.code}, ${quote(flag)})`, rep: BOOLEAN };
  return refuse(ctx, node, "LF302", `'${name}' of 'RegExp' cannot be a value in a job`, `call it, or wrap it: (text) => pattern.${name}(text)`);
}
