// Operators: arithmetic, comparison, logic, assignment, increments, `typeof`. Numbers are f64 everywhere; what AssemblyScript
// does not do as JavaScript does goes to the helpers of `assembly/js/`.
import ts from "typescript-compiler-api";
import { BIGINT, BOOLEAN, NUMBER, STRING, describe, isScalar, nullable, present, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from } from "../writer.ts";
import type { Code } from "../writer.ts";
import { assignment, compoundAssignment, step } from "./assign.ts";
import { place, refuse, repAt, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, text, truthy, unwrapped } from "./convert.ts";
import { expression, into, marked } from "./dispatch.ts";
import { coalesceCall } from "./optional_results.ts";
import { concatenation } from "./text.ts";

const K = ts.SyntaxKind;

const ARITHMETIC: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.PlusToken, "+"],
  [K.MinusToken, "-"],
  [K.AsteriskToken, "*"],
  [K.SlashToken, "/"],
]);

const NUMBER_HELPERS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.PercentToken, "number_remainder"],
  [K.AsteriskAsteriskToken, "number_power"],
  [K.BarToken, "number_or"],
  [K.AmpersandToken, "number_and"],
  [K.CaretToken, "number_xor"],
  [K.LessThanLessThanToken, "number_shiftLeft"],
  [K.GreaterThanGreaterThanToken, "number_shiftRight"],
  [K.GreaterThanGreaterThanGreaterThanToken, "number_shiftRightUnsigned"],
]);

const BIGINT_HELPERS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.PlusToken, "bigint_add"],
  [K.MinusToken, "bigint_subtract"],
  [K.AsteriskToken, "bigint_multiply"],
  [K.SlashToken, "bigint_divide"],
  [K.PercentToken, "bigint_remainder"],
  [K.AsteriskAsteriskToken, "bigint_power"],
  [K.LessThanLessThanToken, "bigint_shiftLeft"],
  [K.GreaterThanGreaterThanToken, "bigint_shiftRight"],
]);

const BIGINT_BITS: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.BarToken, "|"],
  [K.AmpersandToken, "&"],
  [K.CaretToken, "^"],
]);

const EQUALITY: ReadonlyMap<ts.SyntaxKind, "==" | "!="> = new Map([
  [K.EqualsEqualsEqualsToken, "=="],
  [K.EqualsEqualsToken, "=="],
  [K.ExclamationEqualsEqualsToken, "!="],
  [K.ExclamationEqualsToken, "!="],
]);

const ORDER: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [K.LessThanToken, "<"],
  [K.LessThanEqualsToken, "<="],
  [K.GreaterThanToken, ">"],
  [K.GreaterThanEqualsToken, ">="],
]);

export function binary(ctx: Context, node: ts.BinaryExpression, target: Rep | undefined): Value {
  const operator = node.operatorToken.kind;
  if (operator === K.EqualsToken) return assignment(ctx, node);
  if (operator >= K.FirstAssignment && operator <= K.LastAssignment) return compoundAssignment(ctx, node);
  const equality = EQUALITY.get(operator);
  if (equality !== undefined) return equal(ctx, node, equality);
  const order = ORDER.get(operator);
  if (order !== undefined) return compare(ctx, node, order);
  if (operator === K.AmpersandAmpersandToken || operator === K.BarBarToken) return logical(ctx, node, operator, target);
  if (operator === K.QuestionQuestionToken) return coalesce(ctx, node, target);
  if (operator === K.CommaToken) return comma(ctx, node, target);
  if (operator === K.InstanceOfKeyword) return instanceOf(ctx, node);
  if (operator === K.InKeyword) return refuse(ctx, node, "LF309", "'in' is not supported in a job");
  if (operator === K.PlusToken && ctx.job.checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike)
    return concatenation(ctx, node);
  const left = marked(ctx, node.left);
  return arithmetic(ctx, node, operator, left, marked(ctx, node.right));
}

/** `left operator right` of two values that are there already. */
export function arithmetic(
  ctx: Context,
  node: ts.Expression,
  operator: ts.SyntaxKind,
  left: Value,
  right: Value,
): Value {
  if (operator === K.PlusToken && (left.rep.kind === "string" || right.rep.kind === "string")) {
    return { code: code`(${text(ctx, left, node)} + ${text(ctx, right, node)})`, rep: STRING };
  }
  if (left.rep.kind === "number" && right.rep.kind === "number")
    return numeric(ctx, node, operator, left.code, right.code);
  if (left.rep.kind === "bigint" && right.rep.kind === "bigint")
    return bigints(ctx, node, operator, left.code, right.code);
  return refuse(
    ctx,
    node,
    "LF317",
    `this operator does not work on '${describe(left.rep)}' and '${describe(right.rep)}' in a job`,
  );
}

function numeric(ctx: Context, node: ts.Expression, operator: ts.SyntaxKind, left: Code, right: Code): Value {
  const plain = ARITHMETIC.get(operator);
  if (plain !== undefined) return { code: code`(${left} ${plain} ${right})`, rep: NUMBER };
  const helper = NUMBER_HELPERS.get(operator);
  if (helper === undefined) return refuse(ctx, node, "LF302", "this operator is not supported in a job");
  return { code: code`__js.${helper}(${left}, ${right})`, rep: NUMBER };
}

function bigints(ctx: Context, node: ts.Expression, operator: ts.SyntaxKind, left: Code, right: Code): Value {
  const bits = BIGINT_BITS.get(operator);
  if (bits !== undefined) return { code: code`(${left} ${bits} ${right})`, rep: BIGINT };
  const helper = BIGINT_HELPERS.get(operator);
  if (helper === undefined)
    return refuse(
      ctx,
      node,
      "LF302",
      "this operator is not supported on bigints in a job",
      "multiply or divide by a power of 2n",
    );
  return { code: code`__js.${helper}(${left}, ${right}, ${place(ctx, node)})`, rep: BIGINT };
}

/** `===`: by content for text, numbers and booleans, by identity for objects; a missing scalar equals only a missing one. */
function equal(ctx: Context, node: ts.BinaryExpression, operator: "==" | "!="): Value {
  const left = marked(ctx, node.left);
  const right = marked(ctx, node.right);
  const not = operator === "!=" ? "!" : "";
  if (left.rep.kind === "null" || right.rep.kind === "null") return nullTest(ctx, node, left, right, operator);
  const boxed = (v: Value): boolean => v.rep.kind === "nullable" && isScalar(v.rep.of);
  if (boxed(left) || boxed(right)) return { code: code`${not}${boxedEqual(ctx, left, right, node)}`, rep: BOOLEAN };
  const comparable =
    sameRep(present(left.rep), present(right.rep)) || (left.rep.kind === "class" && right.rep.kind === "class");
  if (!comparable || present(left.rep).kind === "function") {
    return refuse(
      ctx,
      node,
      "LF318",
      `'${describe(left.rep)}' and '${describe(right.rep)}' cannot be compared in a job`,
    );
  }
  return { code: code`(${left.code} ${operator} ${right.code})`, rep: BOOLEAN };
}

function nullTest(ctx: Context, node: ts.BinaryExpression, left: Value, right: Value, operator: "==" | "!="): Value {
  const tested = left.rep.kind === "null" ? right : left;
  const answer = operator === "==" ? "true" : "false";
  if (tested.rep.kind === "null") return { code: answer, rep: BOOLEAN };
  if (tested.rep.kind !== "nullable")
    return { code: code`(${tested.code}, ${operator === "==" ? "false" : "true"})`, rep: BOOLEAN };
  const isStrict =
    node.operatorToken.kind === K.EqualsEqualsEqualsToken || node.operatorToken.kind === K.ExclamationEqualsEqualsToken;
  if (isStrict && tested.rep.absent === "both")
    refuse(
      ctx,
      node,
      "LF102",
      `'${describe(tested.rep)}' may be null and undefined, which a job cannot tell apart`,
      "compare with == null, or use ??",
    );
  return { code: code`(changetype<usize>(${tested.code}) ${operator} 0)`, rep: BOOLEAN };
}

function boxedEqual(ctx: Context, left: Value, right: Value, node: ts.Node): Code {
  const rep = nullable(present(left.rep), "null");
  const a = temporary(ctx, rep);
  const b = temporary(ctx, rep);
  const inside = (name: string): Code => unwrapped(ctx, { code: name, rep }).code;
  const first = code`(${a} = ${convert(ctx, left, rep, node)}, ${b} = ${convert(ctx, right, rep, node)}, ${a} === null)`;
  return code`(${first} ? ${b} === null : (${b} !== null && ${inside(a)} == ${inside(b)}))`;
}

function compare(ctx: Context, node: ts.BinaryExpression, operator: string): Value {
  const left = marked(ctx, node.left);
  const right = marked(ctx, node.right);
  const ordered = left.rep.kind === "number" || left.rep.kind === "string" || left.rep.kind === "bigint";
  if (!ordered || !sameRep(left.rep, right.rep)) {
    return refuse(
      ctx,
      node,
      "LF318",
      `'${describe(left.rep)}' and '${describe(right.rep)}' cannot be ordered in a job`,
    );
  }
  return { code: code`(${left.code} ${operator} ${right.code})`, rep: BOOLEAN };
}

/** `&&` and `||`: of booleans directly, else with JavaScript's value. */
function logical(ctx: Context, node: ts.BinaryExpression, operator: ts.SyntaxKind, target: Rep | undefined): Value {
  const symbol = operator === K.BarBarToken ? "||" : "&&";
  const left = marked(ctx, node.left);
  if (isCondition(node)) {
    const right = marked(ctx, node.right);
    return { code: code`(${truthy(ctx, left, node.left)} ${symbol} ${truthy(ctx, right, node.right)})`, rep: BOOLEAN };
  }
  if (target?.kind === "void") {
    const right = into(ctx, node.right, target);
    const condition = truthy(ctx, left, node.left);
    return {
      code:
        symbol === "&&"
          ? code`(${condition} ? (${right}, true) : false)`
          : code`(${condition} ? true : (${right}, false))`,
      rep: BOOLEAN,
    };
  }
  const rep = repAt(ctx, node);
  if (left.rep.kind === "boolean" && rep.kind === "boolean") {
    return { code: code`(${left.code} ${symbol} ${into(ctx, node.right, rep)})`, rep };
  }
  const held = temporary(ctx, left.rep);
  const condition = truthy(ctx, { code: code`(${held} = ${left.code})`, rep: left.rep }, node.left);
  const kept = keptSide(ctx, { code: held, rep: left.rep }, rep, node);
  const right = into(ctx, node.right, rep);
  return {
    code:
      operator === K.BarBarToken
        ? code`(${condition} ? ${kept} : ${right})`
        : code`(${condition} ? ${right} : ${kept})`,
    rep,
  };
}

/** The left operand where it is the result: not null behind `||`. */
function keptSide(ctx: Context, left: Value, rep: Rep, node: ts.BinaryExpression): Code {
  const value = left.rep.kind === "nullable" && rep.kind !== "nullable" ? unwrapped(ctx, left) : left;
  return convert(ctx, value, rep, node.left);
}

/** The value of the node is only tested. */
function isCondition(node: ts.Node): boolean {
  const parent = node.parent;
  if (ts.isParenthesizedExpression(parent)) return isCondition(parent);
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === K.ExclamationToken;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent))
    return parent.expression === node;
  if (ts.isForStatement(parent)) return parent.condition === node;
  if (ts.isConditionalExpression(parent)) return parent.condition === node;
  const isLogical =
    ts.isBinaryExpression(parent) &&
    (parent.operatorToken.kind === K.AmpersandAmpersandToken || parent.operatorToken.kind === K.BarBarToken);
  return isLogical && isCondition(parent);
}

/** `a ?? b`. */
function coalesce(ctx: Context, node: ts.BinaryExpression, target: Rep | undefined): Value {
  const rep = target !== undefined && target.kind !== "void" ? target : repAt(ctx, node);
  const direct = coalesceCall(ctx, node, rep);
  if (direct !== undefined) return direct;
  const left = marked(ctx, node.left);
  if (left.rep.kind === "null") return { code: into(ctx, node.right, rep), rep };
  if (left.rep.kind !== "nullable") return left;
  const held = temporary(ctx, left.rep);
  const kept = convert(ctx, unwrapped(ctx, { code: held, rep: left.rep }), rep, node.left);
  return { code: code`((${held} = ${left.code}) !== null ? ${kept} : ${into(ctx, node.right, rep)})`, rep };
}

function comma(ctx: Context, node: ts.BinaryExpression, target: Rep | undefined): Value {
  const left = marked(ctx, node.left);
  const right = marked(ctx, node.right, target);
  return { code: code`(${left.code}, ${right.code})`, rep: right.rep };
}

function instanceOf(ctx: Context, node: ts.BinaryExpression): Value {
  const left = marked(ctx, node.left);
  const symbol = ctx.job.checker.getTypeAtLocation(node.right).symbol;
  if (left.rep.kind !== "class" && present(left.rep).kind !== "class")
    return refuse(ctx, node, "LF318", "instanceof works on classes of the job");
  const rep: Rep = { kind: "class", symbol, args: [] };
  return { code: code`(${left.code} instanceof ${typeText(ctx, rep)})`, rep: BOOLEAN };
}

export function conditional(ctx: Context, node: ts.ConditionalExpression, target: Rep | undefined): Value {
  const rep = target ?? repAt(ctx, node);
  const condition = truthy(ctx, marked(ctx, node.condition), node.condition);
  if (rep.kind === "void") {
    return {
      code: code`(${condition} ? (${into(ctx, node.whenTrue, rep)}, true) : (${into(ctx, node.whenFalse, rep)}, true))`,
      rep: BOOLEAN,
    };
  }
  return { code: code`(${condition} ? ${into(ctx, node.whenTrue, rep)} : ${into(ctx, node.whenFalse, rep)})`, rep };
}

export function prefix(ctx: Context, node: ts.PrefixUnaryExpression): Value {
  const operator = node.operator;
  if (operator === K.PlusPlusToken || operator === K.MinusMinusToken)
    return step(ctx, node, node.operand, operator, true);
  const operand = marked(ctx, node.operand);
  if (operator === K.ExclamationToken) return { code: code`!${truthy(ctx, operand, node.operand)}`, rep: BOOLEAN };
  if (operator === K.PlusToken) {
    if (operand.rep.kind === "nullable" || isScalar(operand.rep) || operand.rep.kind === "string") {
      return { code: code`__js.number_from<${typeText(ctx, operand.rep)}>(${operand.code})`, rep: NUMBER };
    }
    return refuse(ctx, node, "LF317", `'+' does not work on '${describe(operand.rep)}' in a job`);
  }
  if (operand.rep.kind !== "number" && operand.rep.kind !== "bigint") {
    return refuse(ctx, node, "LF317", `this operator does not work on '${describe(operand.rep)}' in a job`);
  }
  if (operator === K.MinusToken) return { code: code`(-${operand.code})`, rep: operand.rep };
  if (operand.rep.kind === "bigint") return { code: code`(~${operand.code})`, rep: BIGINT };
  return { code: code`__js.number_not(${operand.code})`, rep: NUMBER };
}

export function postfix(ctx: Context, node: ts.PostfixUnaryExpression): Value {
  return step(ctx, node, node.operand, node.operator, false);
}

/** `typeof x` is known from x's type. */
export function typeOf(ctx: Context, node: ts.TypeOfExpression): Value {
  const rep = repAt(ctx, node.expression);
  const names: Partial<Record<Rep["kind"], string>> = {
    number: "number",
    string: "string",
    boolean: "boolean",
    bigint: "bigint",
    function: "function",
  };
  if (rep.kind === "null") {
    const isNull = ctx.job.checker.getTypeAtLocation(node.expression).flags & ts.TypeFlags.Null;
    return { code: isNull ? '"object"' : '"undefined"', rep: STRING };
  }
  if (rep.kind === "nullable") {
    if (rep.absent === "both")
      return refuse(
        ctx,
        node,
        "LF102",
        `'${describe(rep)}' may be null and undefined, which a job cannot tell apart`,
        "test it with == null first",
      );
    const value = expression(ctx, node.expression);
    const there = names[rep.of.kind] ?? "object";
    return {
      code: code`((${value.code}) !== null ? "${there}" : "${rep.absent === "null" ? "object" : "undefined"}")`,
      rep: STRING,
    };
  }
  return { code: from(node, `"${names[rep.kind] ?? "object"}"`), rep: STRING };
}
