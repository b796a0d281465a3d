// Which function a value is, as far as the text of the program says it.
import ts from "typescript-compiler-api";
import { bare, functionOfConst, isFunction, symbolOf } from "./scopes.ts";

/** The function that the expression is, names, or is answered by the function that it calls. */
export function functionsBehind(checker: ts.TypeChecker, given: ts.Expression): ts.SignatureDeclaration[] {
  const node = bare(given);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return [node];
  if (ts.isConditionalExpression(node))
    return [node.whenTrue, node.whenFalse].flatMap((n) => functionsBehind(checker, n));
  if (ts.isCallExpression(node))
    return functionsBehind(checker, node.expression).flatMap((maker) => returnedFunctions(checker, maker));
  if (!ts.isIdentifier(node)) return [];
  const declaration = symbolOf(checker, node)?.valueDeclaration;
  if (declaration !== undefined && ts.isFunctionDeclaration(declaration)) return [declaration];
  const literal = functionOfConst(declaration);
  if (literal !== undefined) return [literal];
  return declaration !== undefined && ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined
    ? functionsBehind(checker, declaration.initializer)
    : [];
}

function returnedFunctions(checker: ts.TypeChecker, maker: ts.SignatureDeclaration): ts.SignatureDeclaration[] {
  const body = (maker as ts.FunctionLikeDeclaration).body;
  if (body === undefined) return [];
  if (!ts.isBlock(body)) return functionsBehind(checker, body);
  const found: ts.SignatureDeclaration[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node)) return;
    if (ts.isReturnStatement(node) && node.expression !== undefined)
      found.push(...functionsBehind(checker, node.expression));
    ts.forEachChild(node, visit);
  };
  visit(body);
  return found;
}
