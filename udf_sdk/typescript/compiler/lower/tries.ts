// `try`, `catch`, `finally`, `throw`. A try block is `if (__js.protect(n)) { block } else { handler }`, of which `unwinding.ts` makes
// what it means. A jump out of a try block with a finally notes itself, leaves the block, and is made behind the finally.
import ts from "typescript-compiler-api";
import { symbolOf } from "../scopes.ts";
import { STRING, UNKNOWN } from "../types.ts";
import { code, from, quote } from "../writer.ts";
import type { Code } from "../writer.ts";
import { place as userPlace, refuse, typeText } from "./context.ts";
import type { Context, Final } from "./context.ts";
import { convert, text } from "./convert.ts";
import { declareVariable } from "./destructuring.ts";
import { marked } from "./dispatch.ts";
import { isLibraryError } from "./errors.ts";
import { enterFrame } from "./names.ts";
import { statements } from "./statements.ts";

const THROWN = 1;

/** Whether there is a `try` in the file, or in the function. */
export function hasTry(node: ts.Node): boolean {
  return ts.isTryStatement(node) || ts.forEachChild(node, hasTry) === true;
}

/** `try { ... } catch (e) { ... } finally { ... }`. */
export function tryStatement(ctx: Context, node: ts.TryStatement): Code {
  return node.finallyBlock === undefined ? tryCatch(ctx, node) : withFinally(ctx, node, node.finallyBlock);
}

function tryCatch(ctx: Context, node: ts.TryStatement): Code {
  const tried = block(ctx, node.tryBlock);
  const { catchClause } = node;
  if (catchClause === undefined) return tried;
  return code`if (__js.protect(${String(ctx.job.counter.next++)})) ${tried} else { ${caught(ctx, catchClause)} }`;
}

/** What the handler is given, and its block. */
function caught(ctx: Context, node: ts.CatchClause): Code {
  const { variableDeclaration } = node;
  const frame = enterFrame(ctx, node);
  if (variableDeclaration === undefined) return code`__js.caught(); ${frame}${block(ctx, node.block)}`;
  const { name } = variableDeclaration;
  if (!ts.isIdentifier(name))
    return refuse(ctx, name, "LF303", "a thrown value cannot be taken apart in a job");
  return code`${frame}${declareVariable(ctx, name, "__js.caught()")} ${block(ctx, node.block)}`;
}

function withFinally(ctx: Context, node: ts.TryStatement, finallyBlock: ts.Block): Code {
  const id = ctx.job.counter.next++;
  const final: Final = { node, id, jumps: new Map(), of: ctx };
  const inside: Context = { ...ctx, fn: { ...ctx.fn, finals: [...(ctx.fn.finals ?? []), final] } };
  const tried = tryCatch(inside, node);
  const after = block(ctx, finallyBlock);
  const { result } = ctx.fn;
  const held = isNothing(ctx) ? "" : ` let __r${id}: ${typeText(ctx, result)} = __l.zero<${typeText(ctx, result)}>();`;
  const jumps = [...final.jumps].map(([number, jump]) => code` if (__c${String(id)} == ${String(number)}) { ${jump} }`);
  return [
    `{ let __c${id}: i32 = 0; let __x${id}: __js.Mixed | null = null;${held} if (__js.protect(${id})) { `,
    tried,
    ` } else { __c${id} = ${THROWN}; __x${id} = __js.caught(); } `,
    after,
    ` if (__c${id} == ${THROWN}) { __js.rethrow(__x${id}); ${unreachableEnd(ctx)} }`,
    jumps,
    " }",
  ];
}

function isNothing(ctx: Context): boolean {
  const { node, result } = ctx.fn;
  return result.kind === "void" || result.kind === "never" || node === undefined || ts.isConstructorDeclaration(node);
}

function block(ctx: Context, node: ts.Block): Code {
  return from(node, code`{ ${enterFrame(ctx, node)}${statements(ctx, node.statements)} }`);
}

/** The innermost finally that a jump to the target crosses; of a `return`, the innermost of all. */
export function finalBefore(ctx: Context, target: ts.Node | undefined): Final | undefined {
  const final = ctx.fn.finals?.at(-1);
  if (final === undefined || target === undefined) return final;
  return ts.findAncestor(final.node, (n) => n === target) === undefined ? undefined : final;
}

/** A jump that is made behind the finally: `jump` lowers it for the place of the try statement. */
export function behindFinal(final: Final, jump: (ctx: Context) => Code): Code {
  const lowered = jump(final.of);
  const number = THROWN + 1 + final.jumps.size;
  final.jumps.set(number, lowered);
  return code`__c${String(final.id)} = ${String(number)}; __js.leave(${String(final.id)});`;
}

/** `return`, with its value lowered already; undefined where there is none. */
export function returned(ctx: Context, value: Code | undefined): Code {
  const final = finalBefore(ctx, undefined);
  const back = value === undefined ? "return;" : code`return (${value});`;
  if (final === undefined) return back;
  if (value === undefined) return code`{ ${behindFinal(final, (outer) => returned(outer, undefined))} ${unreachableEnd(ctx)} }`;
  const held = `__r${final.id}`;
  return code`{ ${held} = ${value}; ${behindFinal(final, (outer) => returned(outer, held))} ${unreachableEnd(ctx)} }`;
}

/** `throw value`. Where nobody in the program catches, an error that is made in place is only its text. */
export function throwStatement(ctx: Context, node: ts.ThrowStatement): Code {
  const thrown = node.expression;
  const at = userPlace(ctx, node);
  if (ctx.job.catches || !isPlainError(ctx, thrown)) {
    const value = marked(ctx, thrown);
    return code`{ __js.raise(${convert(ctx, value, UNKNOWN, thrown)}, ${at}); ${unreachableEnd(ctx)} }`;
  }
  const message = thrown.arguments?.[0];
  const said = message === undefined ? quote("Error") : text(ctx, marked(ctx, message, STRING), message);
  return code`{ __lf.fail(${said}, ${at}); ${unreachableEnd(ctx)} }`;
}

/** `new Error(text)` of a built-in class. */
function isPlainError(ctx: Context, node: ts.Expression): node is ts.NewExpression {
  if (!ts.isNewExpression(node) || (node.arguments?.length ?? 0) > 1) return false;
  return isLibraryError(ctx, symbolOf(ctx.job.checker, node.expression));
}

/** asc does not know that this place is never reached; a return says so. */
export function unreachableEnd(ctx: Context): string {
  const { node, result } = ctx.fn;
  if (node === undefined || ts.isConstructorDeclaration(node)) return "unreachable();";
  return result.kind === "void" || result.kind === "never"
    ? "return;"
    : `return __l.never<${typeText(ctx, result)}>();`;
}
