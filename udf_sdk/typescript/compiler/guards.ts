// Reads whose surroundings expect that there is nothing: `x ?? d`, `x?.a`, `x === undefined`, `if (x)`, `f(x)` where f takes undefined.
// Looks at the tree and at TypeScript's types; knows nothing of lowering.
import ts from "typescript-compiler-api";

const K = ts.SyntaxKind;

const TESTS: ReadonlySet<ts.SyntaxKind> = new Set([K.QuestionQuestionToken, K.BarBarToken, K.AmpersandAmpersandToken]);

const TEST_AND_SET: ReadonlySet<ts.SyntaxKind> = new Set([K.BarBarEqualsToken, K.AmpersandAmpersandEqualsToken]);

const COMPARISONS: ReadonlySet<ts.SyntaxKind> = new Set([
  K.EqualsEqualsEqualsToken,
  K.ExclamationEqualsEqualsToken,
  K.EqualsEqualsToken,
  K.ExclamationEqualsToken,
]);

/** What stands around the read asks whether there is a value, or takes undefined. */
export function isAskedFor(checker: ts.TypeChecker, node: ts.Expression): boolean {
  return isTested(node) || isAbsenceTested(node) || takesUndefined(checker, node);
}

/** The same for numbers, of which 0 is tested as well: only what asks for undefined itself. */
export function isAbsenceAskedFor(checker: ts.TypeChecker, node: ts.Expression): boolean {
  return isAbsenceTested(node) || takesUndefined(checker, node);
}

/** A place where undefined is a value like others: compared, switched on, written into text. */
export function toleratesUndefined(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return COMPARISONS.has(parent.operatorToken.kind);
  return (ts.isSwitchStatement(parent) && parent.expression === node) || ts.isTemplateSpan(parent);
}

function isTested(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return isTested(parent);
  if (ts.isBinaryExpression(parent)) {
    const operator = parent.operatorToken.kind;
    if (TEST_AND_SET.has(operator)) return parent.left === node;
    return TESTS.has(operator) && (parent.left === node || isTested(parent));
  }
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === K.ExclamationToken;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === node;
  return ts.isConditionalExpression(parent) && parent.condition === node;
}

function isAbsenceTested(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return isAbsenceTested(parent);
  if (ts.isBinaryExpression(parent)) {
    const operator = parent.operatorToken.kind;
    if (COMPARISONS.has(operator)) return isMissing(parent.left) || isMissing(parent.right);
    const isCoalescing = operator === K.QuestionQuestionToken || operator === K.QuestionQuestionEqualsToken;
    return isCoalescing && parent.left === node;
  }
  const isAccess =
    ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent) || ts.isCallExpression(parent);
  return isAccess && parent.expression === node && parent.questionDotToken !== undefined;
}

function isMissing(node: ts.Expression): boolean {
  return node.kind === K.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined");
}

/** The value goes where TypeScript wants `T | undefined`; what a built-in function may be given is its own affair. */
function takesUndefined(checker: ts.TypeChecker, node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isNonNullExpression(parent)) return false;
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && !isOwnFunction(checker, parent)) return false;
  const wanted = checker.getContextualType(node);
  const parts = wanted?.isUnion() ? wanted.types : [];
  return parts.some((t) => t.flags & ts.TypeFlags.Undefined);
}

function isOwnFunction(checker: ts.TypeChecker, node: ts.CallExpression | ts.NewExpression): boolean {
  const declaration = checker.getResolvedSignature(node)?.declaration;
  return declaration !== undefined && !declaration.getSourceFile().isDeclarationFile;
}
