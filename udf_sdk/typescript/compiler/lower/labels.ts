// Labels of loops: `break outer`, `continue outer`. AssemblyScript has none, so a jump out of several loops and switches leaves
// the innermost one, and behind each of them a test hands it on; a variable of the labelled loop says what was meant.
import ts from "typescript-compiler-api";
import { isFunction } from "../scopes.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { refuse } from "./context.ts";
import type { Context } from "./context.ts";
import { statement } from "./statements.ts";
import { behindFinal, finalBefore } from "./tries.ts";

type Jump = ts.BreakStatement | ts.ContinueStatement;

const BREAK = "1";
const CONTINUE = "2";

/** `outer: for (...) ...`. */
export function labeledStatement(ctx: Context, node: ts.LabeledStatement): Code {
  if (!ts.isIterationStatement(node.statement, false))
    return refuse(ctx, node, "LF305", "only a loop can have a label in a job");
  return code`{ let ${variableOf(node)}: i32 = 0; ${statement(ctx, node.statement)} }`;
}

/** `break` and `continue`, with or without a label. */
export function jumpStatement(ctx: Context, node: Jump): Code {
  return jumpFrom(ctx, node, node);
}

/** The jump, made at a place around which the same loops stand. */
function jumpFrom(ctx: Context, node: Jump, place: ts.Node): Code {
  const final = finalBefore(ctx, node.label === undefined ? loopAround(node) : targetOf(node).statement);
  if (final !== undefined) return code`{ ${behindFinal(final, (outer) => jumpFrom(outer, node, final.node))} }`;
  if (node.label !== undefined && !isDirect(node, place)) {
    const kind = ts.isBreakStatement(node) ? BREAK : CONTINUE;
    return code`{ ${variableOf(targetOf(node))} = ${kind}; break; }`;
  }
  return ts.isBreakStatement(node) ? "break;" : code`{ ${turnOf(ctx)}continue; }`;
}

/** A loop or switch, followed by what hands on the jumps that leave it for a loop further out. */
export function handingOn(ctx: Context, node: ts.Statement, lowered: Code): Code {
  if (!isBreakable(node)) return lowered;
  const passing = jumpsIn(node).filter((jump) => !isDirect(jump) && isAround(targetOf(jump), node));
  const outer = breakableAround(node);
  const targets = new Set(passing.map(targetOf));
  const tests = [...targets].map((target) => {
    const jump = variableOf(target);
    if (outer !== target.statement) return `if (${jump} != 0) break; `;
    const kinds = new Set(passing.filter((j) => targetOf(j) === target).map((j) => j.kind));
    const ends = kinds.has(ts.SyntaxKind.BreakStatement) ? `if (${jump} == ${BREAK}) break; ` : "";
    const goesOn = code`if (${jump} == ${CONTINUE}) { ${jump} = 0; ${turnOf(ctx)}continue; } `;
    return code`${ends}${kinds.has(ts.SyntaxKind.ContinueStatement) ? goesOn : ""}`;
  });
  return tests.length === 0 ? lowered : code`${lowered} ${tests}`;
}

/** What the innermost loop does first when it goes on with its next turn. */
function turnOf(ctx: Context): Code {
  return code`${ctx.fn.turns.at(-1) ?? ""} `;
}

/** AssemblyScript's own statement reaches the target. */
function isDirect(jump: Jump, place: ts.Node = jump): boolean {
  const target = targetOf(jump).statement;
  if (ts.isBreakStatement(jump)) return breakableAround(place) === target;
  return ts.findAncestor(place, (n) => ts.isIterationStatement(n, false)) === target;
}

/** What a jump without a label means. */
function loopAround(jump: Jump): ts.Node | undefined {
  return ts.isBreakStatement(jump) ? breakableAround(jump) : ts.findAncestor(jump, (n) => ts.isIterationStatement(n, false));
}

function targetOf(jump: Jump): ts.LabeledStatement {
  const found = ts.findAncestor(jump, (n) => ts.isLabeledStatement(n) && n.label.text === jump.label?.text);
  return found as ts.LabeledStatement;
}

function variableOf(target: ts.LabeledStatement): string {
  return `__j${target.getStart()}`;
}

function isBreakable(node: ts.Node): boolean {
  return ts.isIterationStatement(node, false) || ts.isSwitchStatement(node);
}

function breakableAround(node: ts.Node): ts.Node | undefined {
  return ts.findAncestor(node.parent, isBreakable);
}

function isAround(outer: ts.Node, node: ts.Node): boolean {
  return ts.findAncestor(node.parent, (n) => n === outer) !== undefined && (outer as ts.LabeledStatement).statement !== node;
}

/** The jumps with a label in a statement, functions in it left out. */
function jumpsIn(node: ts.Node): Jump[] {
  const found: Jump[] = [];
  const visit = (n: ts.Node): void => {
    if (isFunction(n)) return;
    if (ts.isBreakOrContinueStatement(n) && n.label !== undefined) found.push(n);
    ts.forEachChild(n, visit);
  };
  visit(node);
  return found;
}
