// The text that lowering produces, and how it becomes a file: a tree of strings and marks, rendered so that what came from
// line N of the user's file stands on line N of the lowered file. Owns no meaning; pure.
import type ts from "typescript-compiler-api";

/** "What follows came from this offset of the user's file." */
export interface Mark {
  readonly offset: number;
}

/** A tree of text. */
export type Code = string | Mark | readonly Code[];

/** A rendered file. `map` pairs offsets of the text with offsets of the user's file, both ascending by the first. */
export interface Rendered {
  readonly text: string;
  readonly map: readonly (readonly [lowered: number, source: number])[];
  /** Marks that could not be put on their line because the text was already past it; 0 unless something was moved up. */
  readonly drift: number;
}

/** Template text made of code: code`${a} + ${b}`. */
export function code(strings: TemplateStringsArray, ...parts: readonly Code[]): Code {
  return strings.flatMap((text, i) => (i < parts.length ? [text, parts[i] as Code] : [text]));
}

/** The parts with the separator between them. */
export function separated(parts: readonly Code[], separator: string): Code {
  return parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part]));
}

/** The code, marked as coming from the node. */
export function from(node: ts.Node, content: Code): Code {
  return [{ offset: node.getStart() }, content];
}

/** An AssemblyScript string literal on one line. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}

/** Lays the code out. `head` is put in front, on line 1. */
export function render(source: ts.SourceFile, head: string, body: Code): Rendered {
  const out: string[] = [head];
  const map: [number, number][] = [];
  let length = head.length;
  let line = 0;
  let drift = 0;
  const put = (text: string): void => {
    out.push(text);
    length += text.length;
  };
  const mark = (offset: number): void => {
    const wanted = source.getLineAndCharacterOfPosition(offset).line;
    if (wanted > line) put("\n".repeat(wanted - line));
    if (wanted < line) drift++;
    line = Math.max(line, wanted);
    map.push([length, offset]);
  };
  const walk = (part: Code): void => {
    if (typeof part === "string") put(part);
    else if ("offset" in part) mark(part.offset);
    else part.forEach(walk);
  };
  walk(body);
  return { text: out.join(""), map, drift };
}

/** The offset of the user's file behind an offset of the rendered text. */
export function sourceOffset(rendered: Rendered, offset: number): number {
  let low = 0;
  let high = rendered.map.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rendered.map[middle]?.[0] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return rendered.map[Math.max(0, low - 1)]?.[1] ?? 0;
}
