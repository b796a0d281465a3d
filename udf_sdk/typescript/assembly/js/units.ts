// UTF-16 units of strings: classes of units, and copying them without calls for the short pieces that records consist
// of. A string is the address of its units; its size in bytes stands before it. Blocks are 8-byte aligned and 16
// bytes behind the newest one may be read and written (arena.ts), so short copies go in words beyond the end.

/** White space and line ends of JavaScript: trim, Number, parseFloat, parseInt. */
// @ts-ignore: decorator
@inline
export function isSpace(c: u32): bool {
  if (c < 128) return c == 32 || c - 9 < 5;
  return isWideSpace(c);
}

function isWideSpace(c: u32): bool {
  if (c == 0xa0 || c == 0xfeff) return true;
  if (c < 0x1680) return false;
  return c == 0x1680 || c - 0x2000 <= 10 || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/** The unit at a place that exists. */
// @ts-ignore: decorator
@inline
export function unitAt(text: string, i: i32): u32 {
  return load<u16>(changetype<usize>(text) + (<usize>i << 1));
}

/** Copies bytes into a fresh block: up to 32 in words, reading and writing up to 7 bytes beyond. */
// @ts-ignore: decorator
@inline
export function copyUnits(to: usize, from: usize, bytes: usize): void {
  if (bytes > 32) {
    memory.copy(to, from, bytes);
    return;
  }
  store<u64>(to, load<u64>(from));
  if (bytes > 8) {
    store<u64>(to, load<u64>(from, 8), 8);
    if (bytes > 16) {
      store<u64>(to, load<u64>(from, 16), 16);
      if (bytes > 24) store<u64>(to, load<u64>(from, 24), 24);
    }
  }
}

/** A fresh string of that many units, to be filled by the caller. */
// @ts-ignore: decorator
@inline
export function newString(units: i32): string {
  return changetype<string>(__new(<usize>units << 1, idof<string>()));
}

/** The units from..to (from <= to) as a string of their own; the whole string is answered as it is. */
export function piece(text: string, from: i32, to: i32): string {
  if (from >= to) return "";
  if (from == 0 && to == text.length) return text;
  const bytes = <usize>(to - from) << 1;
  const out = __new(bytes, idof<string>());
  copyUnits(out, changetype<usize>(text) + (<usize>from << 1), bytes);
  return changetype<string>(out);
}

/** Whether `search` (n units) stands at unit i of the text, which has room for it. */
// @ts-ignore: decorator
@inline
export function matchesAt(text: usize, i: i32, search: usize, n: i32): bool {
  let k = 0;
  while (k < n && load<u16>(text + (<usize>(i + k) << 1)) == load<u16>(search + (<usize>k << 1))) k++;
  return k == n;
}

/** The first place >= from where `search` stands, -1 when there is none. */
export function find(text: string, search: string, from: i32): i32 {
  const n = search.length;
  const last = text.length - n;
  if (n == 0) return from <= text.length ? from : -1;
  const t = changetype<usize>(text);
  const s = changetype<usize>(search);
  const first = load<u16>(s);
  for (let i = from; i <= last; i++) {
    if (load<u16>(t + (<usize>i << 1)) == first && matchesAt(t, i, s, n)) return i;
  }
  return -1;
}

/** The last place <= from where `search` stands, -1 when there is none. */
export function findLast(text: string, search: string, from: i32): i32 {
  const n = search.length;
  for (let i = min(from, text.length - n); i >= 0; i--) {
    if (matchesAt(changetype<usize>(text), i, changetype<usize>(search), n)) return i;
  }
  return -1;
}
