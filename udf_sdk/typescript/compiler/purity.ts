// Purity: a stream function writes to nothing that was created outside its call, neither by itself nor through a function that it
// calls, an alias, a container or an imported name. Finds the stream functions and reports; what code does is in effects.ts.
// What cannot be seen here the arena catches when the job runs.
import ts from "typescript-compiler-api";
import type { Program } from "./check.ts";
import { complaint } from "./codes.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { Effects } from "./effects.ts";
import type { Effect } from "./effects.ts";
import { functionsBehind } from "./function_values.ts";

/** Reports every write of a stream function to something that it did not create. */
export function checkPurity(program: Program, diagnostics: Diagnostics): void {
  const effects = new Effects(program);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) for (const fn of streamFunctions(program, node)) report(effects.of(fn), diagnostics);
    ts.forEachChild(node, visit);
  };
  program.files.forEach(visit);
}

/** The functions that a call hands to lightflus-api. */
function streamFunctions(program: Program, node: ts.CallExpression): ts.SignatureDeclaration[] {
  const declaration = program.checker.getResolvedSignature(node)?.declaration as
    (ts.Node & { symbol?: ts.Symbol }) | undefined;
  if (declaration === undefined || !program.isApi(declaration.symbol)) return [];
  return node.arguments.flatMap((argument) => functionsBehind(program.checker, argument));
}

function report(effects: readonly Effect[], diagnostics: Diagnostics): void {
  for (const effect of effects) {
    const what =
      effect.target === "outside"
        ? complaint("LF201", `a stream function must not change ${effect.what}, which was created outside of its call`)
        : complaint(
            "LF201",
            `a stream function must not change ${effect.what}: it belongs to the engine`,
            "return a new object: { ...value, field: newValue }",
          );
    diagnostics.add(effect.node.getSourceFile(), effect.node.getStart(), what);
  }
}
