// What `Number(x)`, `+x`, `-x` and `xs.map(Number)` make of a value of any type: null is 0, undefined is not a number.
import ts from "typescript-compiler-api";
import { describe } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { toldApart } from "./absences.ts";
import { place, refuse, temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { text, unwrapped } from "./convert.ts";
import { marked } from "./dispatch.ts";

/** The expression as a number. */
export function numberInto(ctx: Context, node: ts.Expression): Code {
  return toldApart(ctx, node, (value) => toNumber(ctx, value, node), "NaN") ?? toNumber(ctx, marked(ctx, node), node);
}

/** The value as a number. */
export function toNumber(ctx: Context, value: Value, node: ts.Expression): Code {
  const { rep } = value;
  switch (rep.kind) {
    case "number":
      return value.code;
    case "boolean":
    case "bigint":
      return code`(<f64>(${value.code}))`;
    case "string":
      return code`__js.number_fromText(${value.code})`;
    case "array":
      return code`__js.number_fromText(${text(ctx, value, node)})`;
    case "date":
      return code`(${value.code}).time`;
    case "mixed":
      return code`__js.mixed_number(${value.code}, ${place(ctx, node)})`;
    case "null":
      return isUndefined(ctx, node) ? "NaN" : "0.0";
    case "void":
      return code`(${value.code}, NaN)`;
    case "nullable": {
      if (rep.absent === "both")
        return refuse(
          ctx,
          node,
          "LF102",
          `'${describe(rep)}' is 0 where it is null and NaN where it is undefined, which a job cannot tell apart`,
          "give a default: x ?? 0",
        );
      const held = temporary(ctx, rep);
      const inner = toNumber(ctx, unwrapped(ctx, { code: held, rep }), node);
      return code`((${held} = ${value.code}) !== null ? ${inner} : ${rep.absent === "null" ? "0.0" : "NaN"})`;
    }
    default:
      return refuse(ctx, node, "LF317", `a value of type '${describe(rep)}' cannot become a number`, "convert one of its fields");
  }
}

function isUndefined(ctx: Context, node: ts.Expression): boolean {
  return (ctx.job.checker.getTypeAtLocation(node).flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) !== 0;
}
