// Regular expressions: literals and `new RegExp` of constants become programs in the unit's head, one for each pattern; methods of strings
// that take one. What they find is in matches.ts, how they run in assembly/js/patterns.ts.
import ts from "typescript-compiler-api";
import { WITH_PATTERN } from "../builtins_patterns.ts";
import { complaint } from "../codes.ts";
import { Refused } from "../diagnostics.ts";
import { isPatternType, isRegExpCall, knownPattern, madePattern } from "../patterns/known.ts";
import type { KnownPattern } from "../patterns/known.ts";
import { PatternRefused, compilePattern } from "../patterns/pattern.ts";
import type { Pattern } from "../patterns/pattern.ts";
import { bare, symbolOf } from "../scopes.ts";
import { MATCH, NUMBER, REGEXP, STRING, nullable } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, quote, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { callbackPair } from "./callbacks.ts";
import { functionText, place, refuse, temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into, marked } from "./dispatch.ts";
import { peekGroup } from "./matches.ts";

type Signature = Rep & { kind: "function" };

/** `/ab+c/g`. */
export function patternLiteral(ctx: Context, node: ts.RegularExpressionLiteral): Value {
  return made(ctx, knownPattern(ctx.job.checker, node) as KnownPattern);
}

/** `new RegExp(text, flags)`, `RegExp(text, flags)`. */
export function newPattern(ctx: Context, node: ts.NewExpression | ts.CallExpression): Value {
  const known = isRegExpCall(node) ? madePattern(ctx.job.checker, node) : undefined;
  if (known !== undefined) return made(ctx, known);
  return refuse(ctx, node, "LF306", "a pattern that is made when the job runs is not supported", "write it as a literal, or make it of constants: it is read when the job is built");
}

/** The same numbers as in assembly/js/patterns.ts. */
const BITS: Readonly<Record<string, number>> = { d: 1, g: 2, y: 4, u: 8 };

function made(ctx: Context, known: KnownPattern): Value {
  const pattern = compiled(ctx, known);
  const key = `/${pattern.source}/${pattern.flags}`;
  const number = ctx.job.patterns.get(key) ?? ctx.job.patterns.size;
  ctx.job.patterns.set(key, number);
  const name = `__re${number}`;
  ctx.unit.head.set(name, `const ${name}: StaticArray<i32> = [${pattern.code.join(",")}];`);
  const names = `__ren${number}`;
  const byGroup = Array.from({ length: pattern.groups }, (_, k) => pattern.names.find(([, group]) => group === k)?.[0] ?? "");
  if (pattern.names.length > 0) ctx.unit.head.set(names, `const ${names}: StaticArray<string> = [${byGroup.map(quote).join(", ")}];`);
  const bits = [...pattern.flags].reduce((sum, flag) => sum + (BITS[flag] ?? 0), 0);
  const text = code`new __js.JsRegExp(${name}, ${quote(pattern.source)}, ${quote(pattern.flags)}, ${String(bits)}, ${pattern.names.length > 0 ? names : "null"})`;
  return { code: text, rep: REGEXP };
}

/** The pattern's program; what it has that a job cannot run is complained about where it stands. */
function compiled(ctx: Context, known: KnownPattern): Pattern {
  try {
    return compilePattern(known.source, known.flags);
  } catch (error) {
    if (!(error instanceof PatternRefused)) throw error;
    const at = known.place === undefined ? known.node.getStart() : known.place + error.offset;
    ctx.job.diagnostics.add(known.node.getSourceFile(), at, complaint("LF306", error.message, error.hint));
    throw new Refused(error.message);
  }
}

/** Whether the call is one of a string's methods with a pattern. */
export function takesPattern(ctx: Context, node: ts.CallExpression, name: string): boolean {
  const [first] = node.arguments;
  if (!WITH_PATTERN.has(name) || first === undefined) return false;
  return isPatternType(ctx.job.checker.getTypeAtLocation(first)) || name === "match" || name === "matchAll" || name === "search";
}

/** `text.match(pattern)` and its like. */
export function patternCall(ctx: Context, node: ts.CallExpression, name: string, receiver: Value): Value {
  const [given, second] = node.arguments as unknown as readonly [ts.Expression, ts.Expression | undefined];
  if (!isPatternType(ctx.job.checker.getTypeAtLocation(given)))
    return refuse(ctx, given, "LF302", `'${name}' makes a pattern of its text, which is not supported in a job`, "give it a pattern: /text/");
  const pattern = marked(ctx, given).code;
  const where = place(ctx, node);
  switch (name) {
    case "match":
      return { code: code`__js.string_match(${receiver.code}, ${pattern})`, rep: nullable(MATCH, "null") };
    case "search":
      return { code: code`__js.string_searchPattern(${receiver.code}, ${pattern})`, rep: NUMBER };
    case "split": {
      const limit = second === undefined || (ts.isIdentifier(second) && second.text === "undefined") ? "-1.0" : into(ctx, second, NUMBER);
      return { code: code`__js.string_splitPattern(${receiver.code}, ${pattern}, ${limit}, ${where})`, rep: { kind: "array", item: STRING } };
    }
    case "matchAll":
      return refuse(ctx, node, "LF302", "the iterator of matchAll cannot be a value in a job", `write [...${node.getText()}], or use it in for (const m of ...)`);
    default:
      return replaced(ctx, node, name, receiver, given, pattern, second);
  }
}

function replaced(ctx: Context, node: ts.CallExpression, name: string, receiver: Value, given: ts.Expression, pattern: Code, by: ts.Expression | undefined): Value {
  if (by === undefined) return refuse(ctx, node, "LF319", "an argument is missing");
  const checked = name === "replaceAll" ? code`__js.needsGlobal(${pattern}, ${place(ctx, node)})` : pattern;
  const isFunction = ctx.job.checker.getTypeAtLocation(by).getCallSignatures().length > 0;
  if (!isFunction) return { code: code`__js.string_replacePattern(${receiver.code}, ${checked}, ${into(ctx, by, STRING)})`, rep: STRING };
  const known = knownPattern(ctx.job.checker, given);
  if (known === undefined)
    return refuse(ctx, given, "LF306", "a function replaces only what a pattern finds that is known here", "write the pattern here, or into a const");
  const { environment, fn } = replacer(ctx, node, by, compiled(ctx, known));
  return { code: code`__js.string_replacePatternWith(${receiver.code}, ${checked}, ${environment}, ${fn})`, rep: STRING };
}

/** The function that makes the new text, called with match, groups, place and text, as one of a match. */
function replacer(ctx: Context, node: ts.CallExpression, given: ts.Expression, pattern: Pattern): { environment: Code; fn: Code } {
  const own = parametersOf(given);
  const groups = Array.from({ length: pattern.groups - 1 }, (_, k) => (isTold(ctx, own[k + 1]) ? nullable(STRING, "undefined") : STRING));
  const index = own[pattern.groups];
  if (index !== undefined && index.type === undefined && (ctx.job.checker.getTypeAtLocation(index).flags & ts.TypeFlags.StringLike) !== 0)
    refuse(ctx, index, "LF101", "this parameter is where the match begins, a number", `say so: ${index.getText()}: number`);
  if (own.length > pattern.groups + 2)
    refuse(ctx, given, "LF302", "the groups by name are not handed to a function in a job", "take them as parameters: (match, first, second) => ...");
  const target: Signature = { kind: "function", parameters: [STRING, ...groups, NUMBER, STRING], result: STRING };
  const pair = callbackPair(ctx, given, target, false);
  const closure = `__l.Closure<${functionText(ctx, target)}>`;
  const held = temporary(ctx, target);
  const match: Value = { code: "m", rep: MATCH };
  const args = [STRING, ...groups].map((rep, k) => (rep.kind === "nullable" ? peekGroup(ctx, match, `${k}.0`).code : code`__js.match_get(m, ${String(k)}.0, ${place(ctx, node)})`));
  const fn = code`(__env: usize, m: __js.JsMatch): string => { const c = changetype<${closure}>(__env); return c.fn(c.env, ${separated(args, ", ")}, __js.match_index(m), __js.match_input(m)); }`;
  return { environment: code`changetype<usize>(${held} = new ${closure}(${pair.environment}, ${pair.fn}))`, fn };
}

function parametersOf(given: ts.Expression): readonly ts.ParameterDeclaration[] {
  const node = bare(given);
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) ? node.parameters : [];
}

/** The parameter may be undefined as the program says. */
function isTold(ctx: Context, parameter: ts.ParameterDeclaration | undefined): boolean {
  if (parameter === undefined) return true;
  if (parameter.initializer !== undefined || parameter.questionToken !== undefined) return true;
  const symbol = ts.isIdentifier(parameter.name) ? symbolOf(ctx.job.checker, parameter.name) : undefined;
  if (symbol !== undefined && ctx.job.missing.has(symbol)) return true;
  const type = ctx.job.checker.getTypeAtLocation(parameter);
  return type.isUnion() && type.types.some((t) => t.flags & ts.TypeFlags.Undefined);
}

/** `text.matchAll(pattern)` where its matches are wanted as an array; undefined when it is something else. */
export function matchAllCall(ctx: Context, given: ts.Expression): Value | undefined {
  const node = bare(given);
  const rep = matchAllRep(ctx, node);
  if (rep === undefined || !ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const [pattern] = node.arguments;
  if (pattern === undefined || !isPatternType(ctx.job.checker.getTypeAtLocation(pattern))) return undefined;
  const text = into(ctx, node.expression.expression, STRING);
  return { code: code`__js.string_matchAll(${text}, ${marked(ctx, pattern).code}, ${place(ctx, node)})`, rep };
}

/** What `text.matchAll(pattern)` gives. */
export function matchAllRep(ctx: Context, given: ts.Expression): Rep | undefined {
  const node = bare(given);
  const isCall = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "matchAll";
  const isIterator = isCall && ctx.job.checker.getTypeAtLocation(node).symbol?.name === "RegExpStringIterator";
  return isIterator ? { kind: "array", item: MATCH } : undefined;
}
