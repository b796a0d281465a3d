// Purity: a stream function writes to nothing that was created outside its call, neither by itself nor through a function that it
// calls, an alias, a container or an imported name. Finds the stream functions and reports; what code does is in effects.ts.
// What cannot be seen here the arena catches when the job runs.
import ts from "typescript-compiler-api";
import { apiMethodOf } from "./api_table.ts";
import type { Program } from "./check.ts";
import { complaint } from "./codes.ts";
import type { Diagnostics } from "./diagnostics.ts";
import { Effects } from "./effects.ts";
import type { Effect } from "./effects.ts";
import { functionsBehind } from "./function_values.ts";
import { bare } from "./scopes.ts";

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
  if (apiMethodOf(program, node)?.runsIn !== "engine") return [];
  return node.arguments.flatMap((argument) => functionsBehind(program.checker, argument)).concat(...node.arguments.map((a) => memberFunctions(program, a)));
}

/** The functions of an object that is given. */
function memberFunctions(program: Program, given: ts.Expression): ts.SignatureDeclaration[] {
  const node = bare(given);
  if (!ts.isObjectLiteralExpression(node)) return [];
  return node.properties.flatMap((p) => {
    if (ts.isMethodDeclaration(p)) return [p];
    if (ts.isShorthandPropertyAssignment(p)) return functionsBehind(program.checker, p.name);
    return ts.isPropertyAssignment(p) ? functionsBehind(program.checker, p.initializer) : [];
  });
}

function report(effects: readonly Effect[], diagnostics: Diagnostics): void {
  for (const effect of effects) {
    const what =
      effect.target === "outside"
        ? complaint("LF201", `a stream function must not change ${effect.what}, which was created outside of its call`, effect.hint)
        : complaint(
            "LF201",
            `a stream function must not change ${effect.what}: it belongs to the engine`,
            wayOut(effect.node),
          );
    diagnostics.add(effect.node.getSourceFile(), effect.node.getStart(), what);
  }
}

/** The new value to make instead of the change, with the user's own names where the change is a simple one. */
function wayOut(node: ts.Node): string {
  const general = "return a new object: { ...value, field: newValue }";
  const called = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) ? node : undefined;
  const target = called === undefined ? node : (called.expression as ts.PropertyAccessExpression).expression;
  if (!ts.isPropertyAccessExpression(target) || !ts.isIdentifier(target.expression)) return general;
  const value = called === undefined ? assignedValue(target) : changedCopy(called, target);
  const object = target.expression.text;
  if (value === undefined) return general;
  return `return a new object in its place: { ...${object}, ${target.name.text}: ${value} }`;
}

/** What `a.n = x`, `a.n += x`, `a.n++` would store. */
function assignedValue(target: ts.PropertyAccessExpression): string | undefined {
  const { parent } = target;
  const old = target.getText();
  if (ts.isPostfixUnaryExpression(parent) || ts.isPrefixUnaryExpression(parent))
    return `${old} ${parent.operator === ts.SyntaxKind.PlusPlusToken ? "+" : "-"} 1`;
  if (!ts.isBinaryExpression(parent) || parent.left !== target) return undefined;
  const given = parent.right.getText();
  if (parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) return given;
  const isSimple = !ts.isBinaryExpression(parent.right) && !ts.isConditionalExpression(parent.right);
  return `${old} ${parent.operatorToken.getText().slice(0, -1)} ${isSimple ? given : `(${given})`}`;
}

/** The array as `push`, `unshift`, `sort` or `reverse` would leave it, as a new one. */
function changedCopy(call: ts.CallExpression, target: ts.PropertyAccessExpression): string | undefined {
  const name = (call.expression as ts.PropertyAccessExpression).name.text;
  const old = target.getText();
  const given = call.arguments.map((a) => a.getText()).join(", ");
  if (name === "push") return `[...${old}, ${given}]`;
  if (name === "unshift") return `[${given}, ...${old}]`;
  return name === "sort" || name === "reverse" ? `${old}.slice().${name}(${given})` : undefined;
}
