// UTF-8 <-> UTF-16, eight bytes or four units at a time while the text is ASCII.
//
// Arrow holds UTF-8, a `string` is UTF-16. Input is valid UTF-8 (the host checked it); a lone surrogate is written as
// U+FFFD. Both directions may read up to 15 bytes beyond their text: the arena keeps that much behind every block.
import { newObject, shrinkObject } from "rt/stub";

const ALL: u64 = 0xffffffffffffffff;
const HIGH_BITS: u64 = 0x8080808080808080;
const NOT_ASCII: u64 = 0xff80ff80ff80ff80;

// @ts-ignore: decorator
@inline
function widen(four: u64): u64 {
  const pairs = (four | (four << 16)) & 0x0000ffff0000ffff;
  return (pairs | (pairs << 8)) & 0x00ff00ff00ff00ff;
}

// @ts-ignore: decorator
@inline
function narrow(four: u64): u32 {
  const pairs = (four | (four >> 8)) & 0x0000ffff0000ffff;
  return <u32>(pairs | (pairs >> 16));
}

/** A string made of `n` bytes of UTF-8. */
export function decode(from: usize, n: usize): string {
  const to = newObject(n << 1, idof<string>());
  let i: usize = 0;
  for (; i < n; i += 8) {
    let eight = load<u64>(from + i);
    if (n - i < 8) eight &= ((<u64>1) << ((n - i) << 3)) - 1;
    if (eight & HIGH_BITS) return decodeRest(from, n, i, to);
    store<u64>(to + (i << 1), widen(eight & 0xffffffff));
    if (n - i > 4) store<u64>(to + (i << 1), widen(eight >> 32), 8);
  }
  return changetype<string>(to);
}

/** Goes on at byte `i`, where `i` units are already written; the string gets its true length at the end. */
function decodeRest(from: usize, n: usize, i: usize, to: usize): string {
  let out = to + (i << 1);
  while (i < n) {
    const eight = load<u64>(from + i);
    const b = <u32>eight & 0xff;
    if (!(eight & HIGH_BITS) && n - i >= 8) {
      store<u64>(out, widen(eight & 0xffffffff));
      store<u64>(out, widen(eight >> 32), 8);
      out += 14;
      i += 8;
    } else if (b < 0x80) {
      store<u16>(out, b);
      i += 1;
    } else if (b < 0xe0) {
      store<u16>(out, ((b & 0x1f) << 6) | (<u32>load<u8>(from + i, 1) & 0x3f));
      i += 2;
    } else if (b < 0xf0) {
      const rest = ((<u32>load<u8>(from + i, 1) & 0x3f) << 6) | (<u32>load<u8>(from + i, 2) & 0x3f);
      store<u16>(out, (b << 12) | rest);
      i += 3;
    } else {
      const high = ((b & 7) << 18) | ((<u32>load<u8>(from + i, 1) & 0x3f) << 12);
      const point = (high | ((<u32>load<u8>(from + i, 2) & 0x3f) << 6) | (<u32>load<u8>(from + i, 3) & 0x3f)) - 0x10000;
      store<u16>(out, 0xd800 | (point >> 10));
      store<u16>(out, 0xdc00 | (point & 0x3ff), 2);
      out += 2;
      i += 4;
    }
    out += 2;
  }
  shrinkObject(to, out - to);
  return changetype<string>(to);
}

/** Writes `length` units as UTF-8; `to` has room for `3 * length + 8` bytes. Returns the bytes written. */
export function encode(from: usize, length: i32, to: usize): usize {
  const n = <usize>length;
  for (let i: usize = 0; i < n; i += 8) {
    const left = <u64>(n - i);
    const low = load<u64>(from + (i << 1)) & select<u64>(ALL, ALL >> (64 - (left << 4)), left >= 4);
    const high = select<u64>(load<u64>(from + (i << 1), 8), 0, left > 4) & select<u64>(ALL, ALL >> (128 - (left << 4)), left >= 8);
    if ((low | high) & NOT_ASCII) return encodeRest(from, n, i, to);
    store<u64>(to + i, <u64>narrow(low) | (<u64>narrow(high) << 32));
  }
  return n;
}

/** Goes on at unit `i`, where `i` bytes are already written. */
function encodeRest(from: usize, n: usize, i: usize, to: usize): usize {
  let out = to + i;
  while (i < n) {
    const unit = <u32>load<u16>(from + (i << 1));
    i += 1;
    if (unit < 0x80) {
      store<u8>(out, unit);
      out += 1;
    } else if (unit < 0x800) {
      store<u16>(out, 0x80c0 | (unit >> 6) | ((unit & 0x3f) << 8));
      out += 2;
    } else if ((unit & 0xf800) != 0xd800) {
      out = put3(out, unit);
    } else {
      const next = i < n ? <u32>load<u16>(from + (i << 1)) : 0;
      if (unit < 0xdc00 && (next & 0xfc00) == 0xdc00) {
        const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
        store<u32>(out, 0x808080f0 | (point >> 18) | ((point >> 4) & 0x3f00) | ((point << 10) & 0x3f0000) | ((point & 0x3f) << 24));
        out += 4;
        i += 1;
      } else {
        out = put3(out, 0xfffd);
      }
    }
  }
  return out - to;
}

// @ts-ignore: decorator
@inline
function put3(out: usize, unit: u32): usize {
  store<u8>(out, 0xe0 | (unit >> 12));
  store<u8>(out, 0x80 | ((unit >> 6) & 0x3f), 1);
  store<u8>(out, 0x80 | (unit & 0x3f), 2);
  return out + 3;
}
