// Which pattern an expression is, where the program says so: a literal, `new RegExp` of constants, a const that holds one. Texts of
// constants, too. Looks at the tree only; knows nothing of lowering.
import ts from "typescript-compiler-api";
import { bare, symbolOf } from "../scopes.ts";

/** A pattern as it is written. `place` is where its text begins in the file, when it stands there as it is. */
export interface KnownPattern {
  readonly node: ts.Expression;
  readonly source: string;
  readonly flags: string;
  readonly place: number | undefined;
}

/** The pattern, when it is known; undefined for one that comes from elsewhere. */
export function knownPattern(checker: ts.TypeChecker, given: ts.Expression): KnownPattern | undefined {
  const node = bare(given);
  if (ts.isRegularExpressionLiteral(node)) {
    const end = node.text.lastIndexOf("/");
    return { node, source: node.text.slice(1, end), flags: node.text.slice(end + 1), place: node.getStart() + 1 };
  }
  const made = madePattern(checker, node);
  if (made !== undefined) return made;
  const held = constantValue(checker, node);
  return held && knownPattern(checker, held);
}

/** `new RegExp(text, flags)` and `RegExp(text, flags)` of constants. */
export function madePattern(checker: ts.TypeChecker, node: ts.Expression): KnownPattern | undefined {
  if (!isRegExpCall(node)) return undefined;
  const [first, second] = node.arguments ?? [];
  const copied = first && !isText(checker, first) ? knownPattern(checker, first) : undefined;
  const source = first === undefined ? "" : (copied?.source ?? constantText(checker, first));
  const flags = second === undefined ? (copied?.flags ?? "") : constantText(checker, second);
  return source === undefined || flags === undefined ? undefined : { node, source, flags, place: undefined };
}

export function isRegExpCall(node: ts.Expression): node is ts.NewExpression | ts.CallExpression {
  return (ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression) && node.expression.text === "RegExp";
}

function isText(checker: ts.TypeChecker, node: ts.Expression): boolean {
  return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0;
}

/** What a `const` was declared with. */
function constantValue(checker: ts.TypeChecker, node: ts.Expression): ts.Expression | undefined {
  const symbol = ts.isIdentifier(node) ? symbolOf(checker, node) : undefined;
  const declared = symbol?.valueDeclaration;
  if (declared === undefined || !ts.isVariableDeclaration(declared) || !ts.isIdentifier(declared.name)) return undefined;
  const isConst = (ts.getCombinedNodeFlags(declared) & ts.NodeFlags.Const) !== 0;
  return isConst ? declared.initializer : undefined;
}

/** The text of an expression of constants; undefined where it is made when the job runs. */
export function constantText(checker: ts.TypeChecker, given: ts.Expression): string | undefined {
  const node = bare(given);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isNumericLiteral(node)) return String(Number(node.text));
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return joined([constantText(checker, node.left), constantText(checker, node.right)]);
  if (ts.isTemplateExpression(node))
    return joined([node.head.text, ...node.templateSpans.flatMap((s) => [constantText(checker, s.expression), s.literal.text])]);
  if (isRaw(node) && ts.isNoSubstitutionTemplateLiteral(node.template)) return node.template.rawText ?? node.template.text;
  if (ts.isPropertyAccessExpression(node) && (node.name.text === "source" || node.name.text === "flags"))
    return knownPattern(checker, node.expression)?.[node.name.text];
  const held = constantValue(checker, node);
  return held && constantText(checker, held);
}

function isRaw(node: ts.Expression): node is ts.TaggedTemplateExpression {
  return ts.isTaggedTemplateExpression(node) && node.tag.getText() === "String.raw";
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.every((p): p is string => p !== undefined) ? parts.join("") : undefined;
}

/** A match or the matches of one: RegExpExecArray and its like. */
export function isMatchType(type: ts.Type): boolean {
  return /^RegExp(Match|Exec)Array$/.test(type.symbol?.name ?? "");
}

/** The type of a match's `groups`: an object of texts that TypeScript's library declares without a name. */
export function isGroupsType(type: ts.Type): boolean {
  const declared = type.symbol?.name === "__type" ? type.symbol.declarations?.[0] : undefined;
  return declared !== undefined && /lib\.[\w.]*regexp\.d\.ts$/.test(declared.getSourceFile().fileName);
}

export function isPatternType(type: ts.Type): boolean {
  return type.symbol?.name === "RegExp";
}
