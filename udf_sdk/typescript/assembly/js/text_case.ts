// Upper and lower case: ASCII text is changed in a copy, the rest goes through the library's tables of Unicode 13.
import { isCased, isCaseIgnorable } from "util/string";
import { codePoint } from "./strings";
import { joinTexts } from "./text";
import { find, newString, piece, unitAt } from "./units";

export function string_toLowerCase(text: string): string {
  const n = text.length;
  let changed = false;
  for (let i = 0; i < n; i++) {
    const c = unitAt(text, i);
    if (c > 127) return lowerUnicode(text);
    if (c - 65 < 26) changed = true;
  }
  return changed ? flipCase(text, 65) : text;
}

export function string_toUpperCase(text: string): string {
  const n = text.length;
  let changed = false;
  for (let i = 0; i < n; i++) {
    const c = unitAt(text, i);
    if (c > 127) return text.toUpperCase();
    if (c - 97 < 26) changed = true;
  }
  return changed ? flipCase(text, 97) : text;
}

/** The library's tables, but for the capital sigma, whose small form depends on its place in the word. */
function lowerUnicode(text: string): string {
  if (find(text, "\u03a3", 0) < 0) return text.toLowerCase();
  const parts = new Array<string>();
  let from = 0;
  for (let i = 0, n = text.length; i < n; i++) {
    if (unitAt(text, i) != 0x3a3) continue;
    parts.push(piece(text, from, i).toLowerCase());
    parts.push(isFinalSigma(text, i) ? "\u03c2" : "\u03c3");
    from = i + 1;
  }
  parts.push(piece(text, from, text.length).toLowerCase());
  return joinTexts(parts, "");
}

/** Unicode's Final_Sigma: a cased letter comes before it and none behind it, leaving out what has no part in case. */
function isFinalSigma(text: string, at: i32): bool {
  let i = at - 1;
  while (i >= 0 && isCaseIgnorable(pointBefore(text, i))) i -= pointBefore(text, i) > 0xffff ? 2 : 1;
  if (i < 0 || !isCased(pointBefore(text, i))) return false;
  i = at + 1;
  while (i < text.length && isCaseIgnorable(codePoint(text, i))) i += codePoint(text, i) > 0xffff ? 2 : 1;
  return i >= text.length || !isCased(codePoint(text, i));
}

/** The code point whose last unit is at `i`. */
function pointBefore(text: string, i: i32): u32 {
  const c = unitAt(text, i);
  return (c & 0xfc00) == 0xdc00 && i > 0 && (unitAt(text, i - 1) & 0xfc00) == 0xd800 ? codePoint(text, i - 1) : c;
}

/** A copy in which the 26 letters from `first` on have the other case. */
function flipCase(text: string, first: u32): string {
  const n = text.length;
  const out = newString(n);
  for (let i = 0; i < n; i++) {
    const c = unitAt(text, i);
    store<u16>(changetype<usize>(out) + (<usize>i << 1), <u16>(c - first < 26 ? c ^ 32 : c));
  }
  return out;
}
