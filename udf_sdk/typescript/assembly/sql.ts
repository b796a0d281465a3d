// How many parameters a statement has: the `?` outside of texts, names and comments. src/sql.ts counts the same.

const QUESTION: i32 = 0x3f;
const BACKSLASH: i32 = 0x5c;
const BACKTICK: i32 = 0x60;
const HASH: i32 = 0x23;
const DASH: i32 = 0x2d;
const SLASH: i32 = 0x2f;
const STAR: i32 = 0x2a;
const NEWLINE: i32 = 0x0a;

export function parameterCount(sql: string): i32 {
  let count = 0;
  let i = 0;
  while (i < sql.length) {
    const c = sql.charCodeAt(i);
    const next = i + 1 < sql.length ? sql.charCodeAt(i + 1) : 0;
    if (c == 0x27 || c == 0x22 || c == BACKTICK) i = behindQuoted(sql, i, c);
    else if (c == HASH || (c == DASH && next == DASH && isSpace(sql, i + 2))) i = behindLine(sql, i);
    else if (c == SLASH && next == STAR) i = behindComment(sql, i);
    else {
      if (c == QUESTION) count++;
      i++;
    }
  }
  return count;
}

/** A doubled quote inside is two texts side by side, which is the same here. */
function behindQuoted(sql: string, at: i32, quote: i32): i32 {
  let i = at + 1;
  while (i < sql.length && sql.charCodeAt(i) != quote) i += sql.charCodeAt(i) == BACKSLASH && quote != BACKTICK ? 2 : 1;
  return i + 1;
}

function behindLine(sql: string, at: i32): i32 {
  let i = at;
  while (i < sql.length && sql.charCodeAt(i) != NEWLINE) i++;
  return i;
}

function behindComment(sql: string, at: i32): i32 {
  const end = sql.indexOf("*/", at + 2);
  return end < 0 ? sql.length : end + 2;
}

function isSpace(sql: string, at: i32): bool {
  return at >= sql.length || sql.charCodeAt(at) <= 32;
}
