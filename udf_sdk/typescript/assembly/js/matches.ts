// What a pattern has found, as lowered code uses it. A group that took no part is null among the texts, and asking for it where the
// program does not expect that ends the record.
import { failAt, keep } from "./fail";
import { groupsOf } from "./pattern_text";
import { register } from "./pattern_trail";
import { Flag, JsRegExp } from "./patterns";
import { piece } from "./units";

/** A match with its groups, or all matches of a pattern with the flag g: then `index` is -1. */
@final
export class JsMatch {
  places: StaticArray<i32> | null = null;
  constructor(public texts: Array<string>, public index: i32, public input: string, public pattern: JsRegExp | null) {}

  /** What the last run found. */
  static made(re: JsRegExp, text: string): JsMatch {
    const groups = groupsOf(re.program);
    const texts = new Array<string>(groups);
    for (let k = 0; k < groups; k++) store<usize>(texts.dataStart + (<usize>k << 2), changetype<usize>(groupText(text, k)));
    const match = new JsMatch(texts, register(0), text, re);
    if (!re.has(Flag.INDICES)) return match;
    const places = new StaticArray<i32>(groups << 1);
    for (let k = 0; k < places.length; k++) unchecked((places[k] = register(k)));
    match.places = places;
    return match;
  }
}

/** The text of a group of the last run; null where it took no part. */
export function groupText(text: string, group: i32): string | null {
  const from = register(group << 1);
  const to = register((group << 1) + 1);
  return from < 0 || to < 0 ? null : piece(text, from, to);
}

/** Ends the record where a group is wanted that has no text. */
export function noPart(group: i32, file: string, line: i32, column: i32): void {
  const number = group.toString();
  failAt("group " + number + " of the match took no part or is not there, so it is undefined: ask for it, as in m[" + number + '] ?? ""', file, line, column);
}

/** Texts where a match is wanted, `text.match(pattern) ?? []`: without an index, groups or names. */
export function match_of(texts: Array<string>): JsMatch {
  return new JsMatch(texts, -1, "", null);
}

export function match_length(m: JsMatch): f64 {
  return <f64>m.texts.length;
}

/** Whether there is such a group or match, which `found` then gives. */
export function match_peekOk(m: JsMatch, i: f64): bool {
  const k = <i32>i;
  if (<f64>k != i || k < 0 || k >= m.texts.length) return false;
  const text = load<usize>(m.texts.dataStart + (<usize>k << 2));
  return text != 0 && keep<string>(changetype<string>(text));
}

/** A group that must have taken part. */
export function match_get(m: JsMatch, i: f64, file: string, line: i32, column: i32): string {
  if (match_peekOk(m, i)) return changetype<string>(load<usize>(m.texts.dataStart + (<usize>i << 2)));
  noPart(<i32>i, file, line, column);
  return "";
}

/** All texts of a match that has no group without a part. */
export function match_texts(m: JsMatch, file: string, line: i32, column: i32): Array<string> {
  for (let k = 0, n = m.texts.length; k < n; k++) if (load<usize>(m.texts.dataStart + (<usize>k << 2)) == 0) noPart(k, file, line, column);
  return m.texts;
}

function namesOf(m: JsMatch): StaticArray<string> | null {
  const pattern = m.pattern;
  if (pattern === null) return null;
  return pattern.names;
}

/** The match itself where it has named groups. */
export function match_groups(m: JsMatch): JsMatch | null {
  return m.index >= 0 && namesOf(m) !== null ? m : null;
}

/** Whether the group of the name took part, which `found` then gives. */
export function match_namedOk(m: JsMatch, name: string): bool {
  const names = namesOf(m);
  if (names === null) return false;
  for (let k = 1, n = names.length; k < n; k++) if (unchecked(names[k]) == name) return match_peekOk(m, <f64>k);
  return false;
}

export function match_indexOk(m: JsMatch): bool {
  return m.index >= 0 && keep<f64>(<f64>m.index);
}

export function match_index(m: JsMatch): f64 {
  return <f64>m.index;
}

export function match_input(m: JsMatch): string {
  return m.input;
}

export function match_inputOrNull(m: JsMatch): string | null {
  return m.index >= 0 ? m.input : null;
}

/** Start and end of each group, null for one that took no part; null without the flag d. */
export function match_indices<P>(m: JsMatch, env: usize, pair: (env: usize, from: f64, to: f64) => P): Array<P | null> | null {
  const places = m.places;
  if (places === null) return null;
  const n = places.length >> 1;
  const made = new Array<P | null>(n);
  for (let k = 0; k < n; k++) {
    const from = unchecked(places[k << 1]);
    if (from >= 0) unchecked((made[k] = pair(env, <f64>from, <f64>unchecked(places[(k << 1) + 1]))));
  }
  return made;
}
