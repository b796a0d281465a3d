// Questions about a parsed pattern: groups, lookaheads whose groups are kept, where it is tied to the start. Pure.
import type { AST } from "@eslint-community/regexpp";

/** `(?=...)` with groups inside: they hold what it saw. */
export function isKept(node: AST.LookaheadAssertion): boolean {
  return !node.negate && groupsIn(node.alternatives) > 0;
}

type Part = AST.Alternative | AST.Element;

function childrenOf(node: Part): readonly Part[] {
  if (node.type === "Alternative") return node.elements;
  if (node.type === "Quantifier") return [node.element];
  return "alternatives" in node ? (node.alternatives as readonly Part[]) : [];
}

export function groupsIn(nodes: readonly Part[]): number {
  return nodes.reduce((n, node) => n + (node.type === "CapturingGroup" ? 1 : 0) + groupsIn(childrenOf(node)), 0);
}

/** Lookaheads whose groups are kept. */
export function looksIn(nodes: readonly Part[]): number {
  return nodes.reduce((n, node) => n + (node.type === "Assertion" && node.kind === "lookahead" && isKept(node) ? 1 : 0) + looksIn(childrenOf(node)), 0);
}

export function isStart(element: AST.Element | undefined): boolean {
  return element?.type === "Assertion" && element.kind === "start";
}
