// Which functions and scopes enclose a node, and what a name stands for. Pure questions about the tree.
import ts from "typescript-compiler-api";

/** A node that opens a scope in which variables live: a function with its parameters, a block, the head of a loop, a switch. */
export type Scope =
  | ts.SignatureDeclaration
  | ts.Block
  | ts.ForStatement
  | ts.ForOfStatement
  | ts.ForInStatement
  | ts.CaseBlock
  | ts.CatchClause
  | ts.SourceFile;

/** The innermost function around the node, not the node itself; undefined at the top level of a file. */
export function enclosingFunction(node: ts.Node): ts.SignatureDeclaration | undefined {
  for (let n = node.parent; n !== undefined; n = n.parent) {
    if (isFunction(n)) return n;
    if (ts.isPropertyDeclaration(n)) return undefined;
  }
  return undefined;
}

/** A function, method, accessor or constructor with a body. */
export function isFunction(node: ts.Node): node is ts.SignatureDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) ||
    ts.isSetAccessorDeclaration(node)
  );
}

/** The scope in which the node stands; a function's body belongs to the function. */
export function enclosingScope(node: ts.Node): Scope {
  let n = node.parent;
  for (; n.parent !== undefined; n = n.parent) {
    if (isFunction(n) || ts.isForStatement(n) || ts.isForOfStatement(n) || ts.isForInStatement(n) || ts.isCaseBlock(n) || ts.isCatchClause(n))
      return n;
    if (ts.isBlock(n) && !isFunction(n.parent)) return n;
  }
  return n as ts.SourceFile;
}

/** The scope that owns the variable, parameter or local function declared by the node. */
export function owningScope(declaration: ts.Declaration): Scope {
  return enclosingScope(declaration);
}

/** Whether the node is, or lies in, the other. */
export function isWithin(node: ts.Node, other: ts.Node): boolean {
  for (let n: ts.Node | undefined = node; n !== undefined; n = n.parent) if (n === other) return true;
  return false;
}

/** The symbol that an identifier stands for, through imports; of `{ a }` the variable, not the field. */
export function symbolOf(checker: ts.TypeChecker, node: ts.Node): ts.Symbol | undefined {
  const shorthand = ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node;
  const symbol = shorthand ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node);
  if (symbol === undefined) return undefined;
  return symbol.flags & ts.SymbolFlags.Alias
    ? checker.getAliasedSymbol(symbol)
    : (variableOf(checker, symbol) ?? symbol);
}

/** Of `const f = function g() {}` the name g is f. */
function variableOf(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol | undefined {
  const declaration = symbol.valueDeclaration;
  const holder = declaration !== undefined && ts.isFunctionExpression(declaration) ? declaration.parent : undefined;
  return holder !== undefined && ts.isVariableDeclaration(holder)
    ? checker.getSymbolAtLocation(holder.name)
    : undefined;
}

/** Declared by let, const, var, a parameter or a pattern. */
export function isVariable(
  declaration: ts.Declaration | undefined,
): declaration is ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement {
  return (
    declaration !== undefined &&
    (ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isBindingElement(declaration))
  );
}

/** The function literal behind `const f = (...) => ...`, if the declaration is of that form. */
export function functionOfConst(
  declaration: ts.Declaration | undefined,
): ts.ArrowFunction | ts.FunctionExpression | undefined {
  if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
    return undefined;
  if (!(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const)) return undefined;
  let value = declaration.initializer;
  while (ts.isParenthesizedExpression(value)) value = value.expression;
  return ts.isArrowFunction(value) || ts.isFunctionExpression(value) ? value : undefined;
}

/** Without parentheses, `as`, `satisfies` and `!`. */
export function bare(node: ts.Expression): ts.Expression {
  while (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node)
  ) {
    node = node.expression;
  }
  return node;
}

/** Whether the declaration is a statement of the file itself. */
export function isTopLevel(declaration: ts.Declaration): boolean {
  return enclosingFunction(declaration) === undefined && enclosingScope(declaration).kind === ts.SyntaxKind.SourceFile;
}

/** The node is used as a target: `x = ...`, `x += ...`, `x++`. */
export function isAssigned(node: ts.Node): boolean {
  const parent = node.parent;
  if (ts.isParenthesizedExpression(parent) || ts.isNonNullExpression(parent)) return isAssigned(parent);
  if (ts.isBinaryExpression(parent)) {
    const operator = parent.operatorToken.kind;
    return (
      parent.left === node && operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment
    );
  }
  if (ts.isPostfixUnaryExpression(parent)) return true;
  return (
    ts.isPrefixUnaryExpression(parent) &&
    (parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken)
  );
}

/** `x = v`: the node is written and not read. */
export function isPlainTarget(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}
