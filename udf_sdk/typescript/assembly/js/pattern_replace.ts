// replace and replaceAll with a pattern: with text in which `$1`, `$<name>` and their like stand for what was found, and with a function.
import { throwType } from "./errors";
import { joinTexts } from "./text";
import { JsMatch, groupText } from "./matches";
import { Flag, JsRegExp, Matches, regexp_setLastIndex, regexp_step } from "./patterns";
import { groupsOf } from "./pattern_text";
import { register } from "./pattern_trail";
import { find, piece, unitAt } from "./units";

function digitAt(text: string, i: i32): i32 {
  const d = i < text.length ? <i32>unitAt(text, i) - 48 : -1;
  return d >= 0 && d <= 9 ? d : -1;
}

/** Adds what the template says for the match in the registers. */
function expand(parts: Array<string>, template: string, re: JsRegExp, text: string): void {
  const groups = groupsOf(re.program);
  let from = 0;
  for (let i = find(template, "$", 0); i >= 0 && i + 1 < template.length; i = find(template, "$", i)) {
    const c = unitAt(template, i + 1);
    let stop = i + 2;
    let by: string | null = null;
    if (c == 36) by = "$";
    else if (c == 38) by = groupText(text, 0);
    else if (c == 96) by = piece(text, 0, register(0));
    else if (c == 39) by = piece(text, register(1), text.length);
    else if (c == 60) {
      const close = find(template, ">", i + 2);
      if (re.names !== null && close >= 0) {
        by = named(re, text, piece(template, i + 2, close));
        stop = close + 1;
      }
    } else {
      const one = digitAt(template, i + 1);
      const two = one < 0 ? -1 : digitAt(template, i + 2);
      const both = two < 0 ? 0 : one * 10 + two;
      const group = both >= 1 && both < groups ? both : one;
      if (group >= 1 && group < groups) {
        by = groupText(text, group);
        if (by === null) by = "";
        stop = i + (group == both ? 3 : 2);
      }
    }
    if (by === null) {
      i++;
      continue;
    }
    parts.push(piece(template, from, i));
    parts.push(by);
    from = i = stop;
  }
  parts.push(piece(template, from, template.length));
}

function named(re: JsRegExp, text: string, name: string): string {
  const names = re.names!;
  for (let k = 1, n = names.length; k < n; k++) {
    if (unchecked(names[k]) != name) continue;
    const found = groupText(text, k);
    return found === null ? "" : found;
  }
  return "";
}

export function string_replacePattern(text: string, re: JsRegExp, template: string): string {
  const parts = new Array<string>();
  const isPlain = find(template, "$", 0) < 0;
  if (!re.has(Flag.GLOBAL)) {
    if (!regexp_step(re, text)) return text;
    const stop = register(1);
    parts.push(piece(text, 0, register(0)));
    expand(parts, template, re, text);
    parts.push(piece(text, stop, text.length));
    return joinTexts(parts, "");
  }
  if (re.lastIndex != 0) regexp_setLastIndex(re, 0);
  let from = 0;
  for (const it = new Matches(re, text); it.next(); ) {
    parts.push(piece(text, from, register(0)));
    if (isPlain) parts.push(template);
    else expand(parts, template, re, text);
    from = register(1);
  }
  if (parts.length == 0) return text;
  parts.push(piece(text, from, text.length));
  return joinTexts(parts, "");
}

export function needsGlobal(re: JsRegExp, file: string, line: i32, column: i32): JsRegExp {
  if (!re.has(Flag.GLOBAL)) throwType("String.prototype.replaceAll called with a non-global RegExp argument", "replaceAll needs a pattern with the flag g", file, line, column);
  return re;
}

/** With a function: JavaScript finds all matches first and calls it then. */
export function string_replacePatternWith(text: string, re: JsRegExp, env: usize, fn: (env: usize, m: JsMatch) => string): string {
  const found = allOf(text, re);
  const parts = new Array<string>();
  let from = 0;
  for (let i = 0, n = found.length; i < n; i++) {
    const m = unchecked(found[i]);
    parts.push(piece(text, from, m.index));
    parts.push(fn(env, m));
    from = m.index + unchecked(m.texts[0]).length;
  }
  parts.push(piece(text, from, text.length));
  return joinTexts(parts, "");
}

function allOf(text: string, re: JsRegExp): Array<JsMatch> {
  const found = new Array<JsMatch>();
  if (!re.has(Flag.GLOBAL)) {
    if (regexp_step(re, text)) found.push(JsMatch.made(re, text));
    return found;
  }
  if (re.lastIndex != 0) regexp_setLastIndex(re, 0);
  for (const it = new Matches(re, text); it.next(); ) found.push(JsMatch.made(re, text));
  return found;
}
