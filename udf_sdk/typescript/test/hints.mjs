// Every way out that the compiler's source can offer, found in that source: what stands where a hint is given.
// What a hint is made of at run time is shown as `…`. Owns the finding; what is taken of them is ways_out.test.mjs's affair.
import ts from "typescript-compiler-api";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../compiler", import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ts.createSourceFile(name, readFileSync(join(folder, name), "utf8"), ts.ScriptTarget.Latest, true));

const all = (node, found = []) => {
  found.push(node);
  ts.forEachChild(node, (child) => void all(child, found));
  return found;
};
const nodes = sources.flatMap((source) => all(source));
const functions = new Map(nodes.filter((n) => ts.isFunctionDeclaration(n) && n.name && n.body).map((n) => [n.name.text, n]));
const tables = new Set(["METHOD_HINTS", "GLOBAL_REFUSALS", "REFUSED"]);

/** The place of a hint among the arguments of what complains. */
const PLACE = new Map([["refuse", 4], ["complaint", 2], ["this.#refused", 2], ["PatternRefused", 2], ["this.#effect", 3]]);

/** Expressions that are a hint. */
function hintsAt(node) {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return [(node.arguments ?? [])[PLACE.get(node.expression.getText())]].filter(Boolean);
  if (ts.isPropertyAssignment(node) && node.name.getText() === "hint") return [node.initializer];
  if (ts.isVariableDeclaration(node) && tables.has(node.name.getText())) return all(node).filter((n) => ts.isArrayLiteralExpression(n)).flatMap(lastText);
  return [];
}

/** `[name, hint]`, `[name, code, message, hint]`, `[kind, [code, message, hint]]`. */
function lastText({ elements }) {
  const texts = elements.filter(isText);
  const hasHint = texts.length === elements.length && (texts.length === 2 ? !/^LF/.test(texts[0].text) : texts.length > 2);
  return hasHint ? [texts.at(-1)] : [];
}

const isText = (node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);

/** What an expression may say. */
function said(node) {
  if (ts.isStringLiteralLike(node)) return node.text === "" ? [] : [node.text];
  if (ts.isTemplateExpression(node)) return [node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join("")];
  if (ts.isParenthesizedExpression(node)) return said(node.expression);
  if (ts.isConditionalExpression(node)) return [...said(node.whenTrue), ...said(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [...said(node.left), ...said(node.right)];
  if (ts.isIdentifier(node)) return saidBy(node);
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) return returned(functions.get(node.expression.text));
  return [];
}

/** The text that a variable of the function around it was given. */
function saidBy(name) {
  const owner = ts.findAncestor(name, ts.isFunctionLike) ?? name.getSourceFile();
  return all(owner).filter((n) => ts.isVariableDeclaration(n) && n.name.getText() === name.text && n.initializer).flatMap((n) => said(n.initializer));
}

function returned(declaration) {
  if (declaration === undefined) return [];
  return all(declaration).filter((n) => ts.isReturnStatement(n) && n.expression).flatMap((n) => said(n.expression));
}

/** Each hint once. */
export const HINTS = [...new Set(nodes.flatMap(hintsAt).flatMap(said))].sort();
