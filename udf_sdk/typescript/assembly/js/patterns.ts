// RegExp and what it finds, as lowered code uses them: exec, test, match, matchAll, search, split; replace is pattern_replace.ts. The run
// itself is pattern_run.ts, what is found a match (matches.ts).
import { throwType } from "./errors";
import { failAt, guard } from "./fail";
import { JsMatch, groupText, noPart } from "./matches";
import { toInt32 } from "./bits";
import { begin, next } from "./pattern_run";
import { groupsOf } from "./pattern_text";
import { register } from "./pattern_trail";
import { piece, unitAt } from "./units";

/** Flags as bits; the same numbers as in compiler/lower/patterns.ts. */
export const enum Flag {
  INDICES = 1,
  GLOBAL = 2,
  STICKY = 4,
  UNICODE = 8,
}

/** A regular expression; `names` has the name of each group, "" for one without, or is null when none has one. */
@final
export class JsRegExp {
  lastIndex: f64 = 0;
  constructor(
    public program: StaticArray<i32>,
    public source: string,
    public flags: string,
    public bits: i32,
    public names: StaticArray<string> | null,
  ) {}

  @inline
  has(flag: Flag): bool {
    return (this.bits & flag) != 0;
  }

  toString(): string {
    return "/" + this.source + "/" + this.flags;
  }
}

/** Runs from `lastIndex` where the flags say so, and moves it; the groups are in the registers then. */
export function regexp_step(re: JsRegExp, text: string): bool {
  const sticky = re.has(Flag.STICKY);
  if (!sticky && !re.has(Flag.GLOBAL)) {
    begin(re.program, text);
    return next(0, false);
  }
  guard(changetype<usize>(re));
  const from = re.lastIndex > 0 ? re.lastIndex : 0;
  if (from > <f64>text.length) {
    re.lastIndex = 0;
    return false;
  }
  begin(re.program, text);
  const found = next(<i32>from, sticky);
  re.lastIndex = found ? <f64>register(1) : 0;
  return found;
}

export function regexp_exec(re: JsRegExp, text: string): JsMatch | null {
  return regexp_step(re, text) ? JsMatch.made(re, text) : null;
}

export function regexp_test(re: JsRegExp, text: string): bool {
  return regexp_step(re, text);
}

export function regexp_toString(re: JsRegExp): string {
  return re.toString();
}

export function regexp_has(re: JsRegExp, flag: string): bool {
  return re.flags.includes(flag);
}

export function regexp_setLastIndex(re: JsRegExp, index: f64): f64 {
  guard(changetype<usize>(re));
  re.lastIndex = index;
  return index;
}

/** The place from which the next match is looked for, after an empty one a character further. */
export function behind(re: JsRegExp, text: string, wide: bool): i32 {
  const stop = register(1);
  if (stop > register(0)) return stop;
  const isPair = wide && stop + 1 < text.length && (unitAt(text, stop) & 0xfc00) == 0xd800 && (unitAt(text, stop + 1) & 0xfc00) == 0xdc00;
  return isPair ? stop + 2 : stop + 1;
}

/** Matches of a pattern with the flag g, one after the other: `const it = new Matches(...); while (it.next()) ...`. */
@final
export class Matches {
  private at: i32 = 0;
  private sticky: bool;
  private wide: bool;
  constructor(private re: JsRegExp, private text: string) {
    this.sticky = re.has(Flag.STICKY);
    this.wide = re.has(Flag.UNICODE);
    begin(re.program, text);
  }

  /** Whether there is one more; its groups are in the registers. */
  next(): bool {
    if (this.at > this.text.length || !next(this.at, this.sticky)) return false;
    this.at = behind(this.re, this.text, this.wide);
    return true;
  }
}

export function string_match(text: string, re: JsRegExp): JsMatch | null {
  if (!re.has(Flag.GLOBAL)) return regexp_exec(re, text);
  if (re.lastIndex != 0) regexp_setLastIndex(re, 0);
  const texts = new Array<string>();
  for (const it = new Matches(re, text); it.next(); ) texts.push(piece(text, register(0), register(1)));
  return texts.length == 0 ? null : new JsMatch(texts, -1, text, re);
}

export function string_matchAll(text: string, re: JsRegExp, file: string, line: i32, column: i32): Array<JsMatch> {
  if (!re.has(Flag.GLOBAL)) throwType("String.prototype.matchAll called with a non-global RegExp argument", "matchAll needs a pattern with the flag g", file, line, column);
  if (re.lastIndex != 0) failAt("matchAll of a pattern whose lastIndex is not 0 is not supported in a job", file, line, column);
  const found = new Array<JsMatch>();
  for (const it = new Matches(re, text); it.next(); ) found.push(JsMatch.made(re, text));
  return found;
}

export function string_searchPattern(text: string, re: JsRegExp): f64 {
  begin(re.program, text);
  return next(0, re.has(Flag.STICKY)) ? <f64>register(0) : -1;
}

/** Matches cut the text; their groups come between the pieces. The limit counts modulo 2^32. */
export function string_splitPattern(text: string, re: JsRegExp, limit: f64, file: string, line: i32, column: i32): Array<string> {
  const most = <u32>toInt32(limit);
  const parts = new Array<string>();
  if (most == 0) return parts;
  const n = text.length;
  begin(re.program, text);
  if (n == 0) {
    if (!next(0, true)) parts.push(text);
    return parts;
  }
  const wide = re.has(Flag.UNICODE);
  const groups = groupsOf(re.program);
  let start = 0;
  let from = 0;
  while (from < n && next(from, false)) {
    const at = register(0);
    const stop = register(1);
    if (at >= n) break;
    if (stop == start) {
      from = behind(re, text, wide);
      continue;
    }
    parts.push(piece(text, start, at));
    if (<u32>parts.length == most) return parts;
    for (let k = 1; k < groups; k++) {
      const group = groupText(text, k);
      if (group === null) noPart(k, file, line, column);
      parts.push(group!);
      if (<u32>parts.length == most) return parts;
    }
    start = stop;
    from = stop > at ? stop : behind(re, text, wide);
  }
  parts.push(piece(text, start, n));
  return parts;
}
