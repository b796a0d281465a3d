// Statements other than loops. A statement that cannot be lowered is reported and left out, so that the others are checked too.
import ts from "typescript-compiler-api";
import type { Code as ErrorCode } from "../codes.ts";
import { Refused } from "../diagnostics.ts";
import { symbolOf } from "../scopes.ts";
import { VOID, describe, isScalar, isUnknown, orMissing, present, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from } from "../writer.ts";
import type { Code } from "../writer.ts";
import { asArray, iteratorCall } from "./arrays.ts";
import { InternalError, refuse, repOf, repOfSymbol, typeText } from "./context.ts";
import type { Context } from "./context.ts";
import { convert, missing, truthy } from "./convert.ts";
import { bindPattern, declareVariable } from "./destructuring.ts";
import { into, marked } from "./dispatch.ts";
import { emitted } from "./emit.ts";
import { localFunction } from "./functions.ts";
import { handingOn, jumpStatement, labeledStatement } from "./labels.ts";
import { doStatement, forInStatement, forOfStatement, forStatement, whileStatement } from "./loops.ts";
import { enterFrame } from "./names.ts";
import { returned, throwStatement, tryStatement } from "./tries.ts";

const K = ts.SyntaxKind;

type Handler = (ctx: Context, node: never) => Code;

const HANDLERS: ReadonlyMap<ts.SyntaxKind, Handler> = new Map<ts.SyntaxKind, Handler>([
  [K.VariableStatement, (ctx: Context, node: ts.VariableStatement) => variables(ctx, node.declarationList)],
  [
    K.ExpressionStatement,
    (ctx: Context, node: ts.ExpressionStatement) =>
      code`${into(ctx, node.expression, VOID)};${ctx.job.afterSuper.get(node) ?? ""}`,
  ],
  [K.Block, block],
  [K.IfStatement, ifStatement],
  [K.ReturnStatement, returnStatement],
  [K.ThrowStatement, throwStatement],
  [K.TryStatement, tryStatement],
  [K.ForStatement, forStatement],
  [K.ForOfStatement, forOfStatement],
  [K.ForInStatement, forInStatement],
  [K.WhileStatement, whileStatement],
  [K.DoStatement, doStatement],
  [K.SwitchStatement, switchStatement],
  [K.BreakStatement, jumpStatement],
  [K.ContinueStatement, jumpStatement],
  [K.LabeledStatement, labeledStatement],
  [K.FunctionDeclaration, localFunction],
  [K.EmptyStatement, () => ";"],
  [K.InterfaceDeclaration, () => ""],
  [K.TypeAliasDeclaration, () => ""],
  [K.EnumDeclaration, () => ""],
] as readonly (readonly [ts.SyntaxKind, Handler])[]);

const REFUSED: ReadonlyMap<ts.SyntaxKind, readonly [ErrorCode, string, string?]> = new Map([
  [
    K.ClassDeclaration,
    ["LF313", "a class inside a function is not supported in a job", "move the class to the top level of the file"],
  ],
  [K.ModuleDeclaration, ["LF310", "namespaces are not supported in a job"]],
] as const);

/** Lowers statements; each that is refused is left out. */
export function statements(ctx: Context, nodes: readonly ts.Statement[]): Code {
  return nodes.map((node) => guarded(ctx, node, () => statement(ctx, node)));
}

/** Runs the lowering of one statement; what it refuses has been reported. */
export function guarded(ctx: Context, node: ts.Node, lower: () => Code): Code {
  try {
    return code` ${lower()}`;
  } catch (error) {
    if (error instanceof Refused) {
      if (ctx.job.diagnostics.isEmpty) throw new InternalError(node, `refused without a complaint: ${error.message}`);
      return "";
    }
    throw error instanceof InternalError || !(error instanceof Error)
      ? error
      : new InternalError(node, error.stack ?? error.message);
  }
}

/** Lowers one statement. */
export function statement(ctx: Context, node: ts.Statement): Code {
  const handler = HANDLERS.get(node.kind);
  if (handler !== undefined) return from(node, handingOn(ctx, node, handler(ctx, node as never)));
  const [errorCode, message, hint] = REFUSED.get(node.kind) ?? ["LF301", "this statement is not supported in a job"];
  return refuse(ctx, node, errorCode, message, hint);
}

/** `let`, `const`, `var`. */
export function variables(ctx: Context, list: ts.VariableDeclarationList): Code {
  return list.declarations.map((declaration) => declare(ctx, declaration));
}

function declare(ctx: Context, node: ts.VariableDeclaration): Code {
  if (!ts.isIdentifier(node.name)) {
    const given = node.initializer as ts.Expression;
    const isIterator = ts.isArrayBindingPattern(node.name) && (iteratorCall(ctx, given) !== undefined || isMap(ctx, given));
    return bindPattern(ctx, node.name, isIterator ? asArray(ctx, given) : marked(ctx, given, patternTarget(ctx, node)));
  }
  const symbol = symbolOf(ctx.job.checker, node.name) as ts.Symbol;
  if (ctx.job.checker.getTypeOfSymbol(symbol).flags & ts.TypeFlags.Never && node.initializer !== undefined)
    return code`${into(ctx, node.initializer, VOID)};`;
  const rep = declaredRep(ctx, node, symbol);
  if (rep.kind === "void" || rep.kind === "never" || rep.kind === "null") {
    return refuse(
      ctx,
      node,
      "LF101",
      `'${node.name.text}' never has a value`,
      "remove it, or give it a type such as string | null",
    );
  }
  const value = node.initializer === undefined ? initial(ctx, rep) : into(ctx, node.initializer, rep);
  return declareVariable(ctx, node.name, value);
}

function isMap(ctx: Context, node: ts.Expression): boolean {
  return /^(Readonly)?Map$/.test(ctx.job.checker.getTypeAtLocation(node).symbol?.name ?? "");
}

/** The variable's type. Of one that comes from a value that cannot be lowered, the value is complained about. */
function declaredRep(ctx: Context, node: ts.VariableDeclaration, symbol: ts.Symbol): Rep {
  const isInferred = node.type === undefined && node.initializer !== undefined;
  if (isInferred && !ctx.job.types.has(ctx.job.checker.getTypeOfSymbol(symbol), ctx.substitution)) {
    const isRefused = guarded(ctx, node, () => marked(ctx, node.initializer as ts.Expression).code) === "";
    if (isRefused) ctx.job.diagnostics.mute(node.getSourceFile(), node.getStart());
  }
  return repOfSymbol(ctx, symbol, node);
}

/** `const [a, b] = [1, "x"]` is a tuple, whatever the pattern says; with elements spread into it, an array. */
function patternTarget(ctx: Context, node: ts.VariableDeclaration): Rep | undefined {
  const { checker } = ctx.job;
  if (node.type !== undefined) return repOf(ctx, checker.getTypeFromTypeNode(node.type), node);
  const type = checker.getTypeAtLocation(node.initializer as ts.Expression);
  const isOpen = checker.isTupleType(type) && (type as ts.TupleTypeReference).target.elementFlags.some((f) => f & ts.ElementFlags.Variable);
  const item = isOpen ? checker.getIndexTypeOfType(type, ts.IndexKind.Number) : undefined;
  return item === undefined ? repOf(ctx, type, node) : { kind: "array", item: repOf(ctx, checker.getBaseTypeOfLiteralType(item), node) };
}

function initial(ctx: Context, rep: Rep): Code {
  return rep.kind === "nullable" || isUnknown(rep) ? missing(ctx, rep) : `__l.zero<${typeText(ctx, rep)}>()`;
}

function block(ctx: Context, node: ts.Block): Code {
  return code`{ ${enterFrame(ctx, node)}${statements(ctx, node.statements)} }`;
}

/** Refuses what is declared in another case: it has a value only where that case has run. */
function checkCase(ctx: Context, clause: ts.CaseOrDefaultClause): void {
  const visit = (node: ts.Node): void => {
    const declared = ts.isIdentifier(node) ? symbolOf(ctx.job.checker, node)?.valueDeclaration : undefined;
    const owner = declared && ts.findAncestor(declared, (n) => ts.isCaseOrDefaultClause(n) || ts.isBlock(n));
    if (owner !== undefined && owner !== clause && owner.parent === clause.parent)
      refuse(ctx, node, "LF301", `'${node.getText()}' is declared in another case`, "declare it in front of the switch");
    ts.forEachChild(node, visit);
  };
  clause.statements.forEach(visit);
}

/** A statement in braces: the body of an `if` or a loop. */
export function braced(ctx: Context, node: ts.Statement): Code {
  return ts.isBlock(node) ? from(node, block(ctx, node)) : code`{ ${statement(ctx, node)} }`;
}

function ifStatement(ctx: Context, node: ts.IfStatement): Code {
  const condition = truthy(ctx, marked(ctx, node.expression), node.expression);
  const otherwise = node.elseStatement === undefined ? "" : code` else ${braced(ctx, node.elseStatement)}`;
  return code`if (${condition}) ${braced(ctx, node.thenStatement)}${otherwise}`;
}

function returnStatement(ctx: Context, node: ts.ReturnStatement): Code {
  const { result, emits } = ctx.fn;
  if (emits !== undefined && node.expression !== undefined)
    return code`{ ${emitted(ctx, node.expression, emits)} ${emits.after} }`;
  if (node.expression === undefined) return returned(ctx, result.kind === "nullable" || isUnknown(result) ? missing(ctx, result) : undefined);
  if (result.kind === "void" || result.kind === "never") return code`{ ${into(ctx, node.expression, VOID)}; ${returned(ctx, undefined)} }`;
  return returned(ctx, into(ctx, node.expression, result));
}

/** Becomes a chain of tests on a number of the case, so that any type can be switched on, and cases fall through. */
function switchStatement(ctx: Context, node: ts.SwitchStatement): Code {
  const value = marked(ctx, node.expression);
  if (value.rep.kind === "nullable" && isScalar(value.rep.of))
    refuse(ctx, node.expression, "LF319", `this may be ${orMissing(value.rep.absent)}`, "test it before the switch");
  const held = `__s${ctx.job.counter.next++}`;
  const clauses = node.caseBlock.clauses;
  clauses.forEach((clause) => checkCase(ctx, clause));
  const byDefault = clauses.findIndex(ts.isDefaultClause);
  const numbered = clauses.flatMap((clause, i) => (ts.isCaseClause(clause) ? [{ clause, i }] : []));
  const tests = numbered.map(({ clause, i }) => {
    const wanted = marked(ctx, clause.expression, value.rep);
    const isMissing = wanted.rep.kind === "null" && value.rep.kind === "nullable";
    if (!isMissing && value.rep.kind !== "mixed" && !sameRep(present(wanted.rep), present(value.rep)))
      refuse(
        ctx,
        clause,
        "LF318",
        `'${describe(wanted.rep)}' cannot be compared with '${describe(value.rep)}' in a job`,
      );
    const same = value.rep.kind === "mixed" ? code`__js.mixed_equal(${held}, ${convert(ctx, wanted, value.rep, clause.expression)})` : code`${held} == ${convert(ctx, wanted, value.rep, clause)}`;
    return code`${same} ? ${String(i)} : `;
  });
  const bodies = clauses.map((clause, i) => code` case ${String(i)}: {${statements(ctx, clause.statements)} }`);
  const chosen = code`${tests}${String(byDefault)}`;
  const frame = enterFrame(ctx, node.caseBlock);
  return code`{ const ${held}: ${typeText(ctx, value.rep)} = ${value.code}; ${frame}switch (${chosen}) {${bodies} } }`;
}
