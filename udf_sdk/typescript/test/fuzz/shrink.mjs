// Makes a faulty program smaller as long as the same fault shows: leaves out declarations, statements, members and elements, and puts
// parts of expressions in the place of the whole.
import ts from "typescript-compiler-api";
import { compare } from "./compare.mjs";

/** The smallest program found within the time. */
export async function shrink(source, outcome, milliseconds = 60000) {
  const end = Date.now() + milliseconds;
  let best = source;
  for (let isSmaller = true; isSmaller && Date.now() < end; ) {
    isSmaller = false;
    for (const candidate of candidates(best)) {
      if (Date.now() > end) break;
      if ((await compare(candidate)).kind !== outcome.kind) continue;
      best = candidate;
      isSmaller = true;
      break;
    }
  }
  return best;
}

/** Programs with something less, those that leave out most first. */
function candidates(source) {
  const file = ts.createSourceFile("p.ts", source, ts.ScriptTarget.ES2022, true);
  const edits = [];
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) return;
    if (isLeftOut(node)) edits.push({ start: node.pos, end: node.end, text: "" });
    if (ts.isExpression(node) && node.end - node.getStart() > 4) for (const part of partsOf(node)) edits.push({ start: node.getStart(), end: node.end, text: part.getText() });
    if (ts.isArrayLiteralExpression(node) || ts.isCallExpression(node)) edits.push(...withoutOne(node.elements ?? node.arguments));
    ts.forEachChild(node, visit);
  };
  visit(file);
  edits.sort((a, b) => b.end - b.start - b.text.length - (a.end - a.start - a.text.length));
  return edits.map(({ start, end, text }) => source.slice(0, start) + text + source.slice(end));
}

const isLeftOut = (node) => (ts.isStatement(node) && !ts.isBlock(node)) || ts.isClassElement(node) || ts.isPropertySignature(node) || ts.isCaseOrDefaultClause(node);

function partsOf(node) {
  if (ts.isBinaryExpression(node)) return [node.left, node.right];
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isPrefixUnaryExpression(node)) return [node.expression ?? node.operand];
  if (ts.isCallExpression(node)) return [...(ts.isPropertyAccessExpression(node.expression) ? [node.expression.expression] : []), ...node.arguments];
  return [];
}

function withoutOne(list) {
  return list.map((element, i) => {
    const [start, end] = i > 0 ? [list[i - 1].end, element.end] : [element.pos, list[1]?.getStart() ?? element.end];
    return { start, end, text: "" };
  });
}
