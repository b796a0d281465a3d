// Literals: numbers (always f64), bigints (i64), booleans, template text.
import ts from "typescript-compiler-api";
import { BIGINT, BOOLEAN, NUMBER, STRING } from "../types.ts";
import { code, from, quote, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { refuse } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { textInto } from "./text.ts";

/** AssemblyScript text of a number: never an integer literal, which would be i32. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "(-Infinity)";
  const digits = Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value).replace("e+", "e");
  return value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? "-0.0" : digits})` : digits;
}

export function numberLiteral(_: Context, node: ts.NumericLiteral): Value {
  return { code: numberText(Number(node.text)), rep: NUMBER };
}

export function bigintLiteral(ctx: Context, node: ts.BigIntLiteral): Value {
  const value = BigInt(node.text.slice(0, -1));
  if (value > 9223372036854775807n)
    return refuse(ctx, node, "LF317", "a bigint has 64 bits in a job", "use a smaller value");
  return { code: `(<i64>${value})`, rep: BIGINT };
}

export function booleanLiteral(_: Context, node: ts.Node): Value {
  return { code: node.kind === ts.SyntaxKind.TrueKeyword ? "true" : "false", rep: BOOLEAN };
}

/** `a${x}b`: the parts, added as text. */
export function templateText(ctx: Context, node: ts.TemplateExpression): Value {
  const parts: Code[] = [quote(node.head.text)];
  for (const span of node.templateSpans) {
    parts.push(from(span.expression, textInto(ctx, span.expression)));
    if (span.literal.text !== "") parts.push(quote(span.literal.text));
  }
  return { code: code`(${separated(node.head.text === "" ? parts.slice(1) : parts, " + ")})`, rep: STRING };
}
