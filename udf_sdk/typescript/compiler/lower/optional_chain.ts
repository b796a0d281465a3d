// `a?.b.c(d)?.[e]`: everything behind the first missing receiver is skipped.
import ts from "typescript-compiler-api";
import { isAskedFor } from "../guards.ts";
import { fieldOf, nullable } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { elementOn, fixedName, propertyOn } from "./access.ts";
import { closureCall } from "./calls.ts";
import { temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, missing, unwrapped } from "./convert.ts";
import { dictRead } from "./dicts.ts";
import { marked } from "./dispatch.ts";
import { peek } from "./guarded_reads.ts";
import { namedGroup } from "./matches.ts";
import { callOn } from "./method_calls.ts";

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression;

/** What becomes of the end of a chain, and of one that is skipped. */
interface Ending {
  readonly found: (value: Value) => Code;
  readonly absent: Code;
}

/** `a?.b.c(d)`: everything behind the first missing receiver is skipped. */
export function optionalChain(ctx: Context, node: ts.Expression): Value {
  const { root, links } = linksOf(node);
  return follow(ctx, marked(ctx, root), links, 0);
}

/** The same, made something of: `found` at its end, `absent` where it is skipped. */
export function chainWith(ctx: Context, node: ts.Expression, found: (value: Value) => Code, absent: Code): Code {
  const { root, links } = linksOf(node);
  return follow(ctx, marked(ctx, root), links, 0, { found, absent }).code;
}

function linksOf(node: ts.Expression): { root: ts.Expression; links: Link[] } {
  const links: Link[] = [];
  let root = node;
  while (root.flags & ts.NodeFlags.OptionalChain && isLink(root)) {
    links.unshift(root);
    root = root.expression;
    if (ts.isNonNullExpression(root) && root.flags & ts.NodeFlags.OptionalChain) root = root.expression;
  }
  return { root, links };
}

function isLink(node: ts.Node): node is Link {
  return ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node);
}

function follow(ctx: Context, receiver: Value, links: readonly Link[], index: number, ending?: Ending): Value {
  const link = links[index];
  if (link === undefined) return ending === undefined ? receiver : { ...receiver, code: ending.found(receiver) };
  if (receiver.rep.kind !== "nullable" || link.questionDotToken === undefined) {
    const known = link.questionDotToken === undefined ? narrowedReceiver(ctx, receiver) : receiver;
    const { value, used } = step(ctx, known, links, index);
    return follow(ctx, value, links, index + used, ending);
  }
  const held = temporary(ctx, receiver.rep);
  const { value, used } = step(ctx, unwrapped(ctx, { code: held, rep: receiver.rep }), links, index);
  const rest = follow(ctx, value, links, index + used, ending);
  const test = code`(${held} = ${receiver.code}) !== null`;
  if (ending !== undefined) return { ...rest, code: code`(${test} ? ${rest.code} : ${ending.absent})` };
  if (rest.rep.kind === "void") return { code: code`(${test} ? (${rest.code}, true) : false)`, rep: { kind: "void" } };
  const rep = nullable(rest.rep, "undefined");
  return { code: code`(${test} ? ${convert(ctx, rest, rep, link)} : ${missing(ctx, rep)})`, rep };
}

/** In `a?.b.c` the field b is not null where c is read, or TypeScript would have said so. */
function narrowedReceiver(ctx: Context, receiver: Value): Value {
  return receiver.rep.kind === "nullable" ? unwrapped(ctx, receiver) : receiver;
}

/** `o?.f?.()`: the function is a field, which may be missing. */
function holdsFunction(receiver: Value, link: ts.PropertyAccessExpression): boolean {
  return receiver.rep.kind === "record" && fieldOf(receiver.rep.record, link.name.text) !== undefined;
}

/** One access, or a method with its call. */
function step(ctx: Context, receiver: Value, links: readonly Link[], index: number): { value: Value; used: number } {
  const link = links[index] as Link;
  const next = links[index + 1];
  if (
    ts.isPropertyAccessExpression(link) &&
    next !== undefined &&
    ts.isCallExpression(next) &&
    next.expression === link &&
    !(next.questionDotToken !== undefined && holdsFunction(receiver, link))
  ) {
    return { value: callOn(ctx, next, link, receiver), used: 2 };
  }
  const isEnd = next === undefined || next.questionDotToken !== undefined;
  if (receiver.rep.kind === "dict" && !ts.isCallExpression(link)) return { value: dictRead(ctx, link, receiver, isEnd), used: 1 };
  if (receiver.rep.kind === "groups" && !ts.isCallExpression(link))
    return { value: namedGroup(ctx, link, ts.isPropertyAccessExpression(link) ? link.name.text : fixedName(link.argumentExpression, false), receiver, isEnd), used: 1 };
  if (ts.isPropertyAccessExpression(link)) return { value: propertyOn(ctx, link, receiver), used: 1 };
  if (ts.isElementAccessExpression(link))
    return {
      value: (isAskedFor(ctx.job.checker, link) || (receiver.rep.kind === "match" && isEnd) ? peek(ctx, link, receiver) : undefined) ?? elementOn(ctx, link, receiver),
      used: 1,
    };
  return { value: closureCall(ctx, link, receiver), used: 1 };
}
