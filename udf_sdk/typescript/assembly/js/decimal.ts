// Decimal text -> the nearest number, exactly as IEEE 754 and JavaScript want it (ties to even).
// Short text takes one exact multiplication or division; up to 19 digits are computed in pairs of doubles; what that
// leaves undecided is guessed and corrected with exact integers.
import { Big } from "./big";
import { productError, remainderOf } from "./exact";

/** Digits beyond these only decide ties: that one of them is not 0 is remembered in one last digit. */
const MAX_DIGITS = 800;

const EXACT_POWERS: StaticArray<f64> = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/** Where the text of a number ended, for parseFloat; set by `scanDecimal`. */
export let scanEnd: i32 = 0;

// @ts-ignore: decorator
@inline
function unit(text: string, i: i32): u32 {
  return load<u16>(changetype<usize>(text) + (<usize>i << 1));
}

// @ts-ignore: decorator
@inline
function isDigit(c: u32): bool {
  return c - 48 < 10;
}

/**
 * Reads the longest StrDecimalLiteral without sign that starts at `start`, ending before `end`; NaN when there is none.
 * `scanEnd` tells where it stopped.
 */
export function scanDecimal(text: string, start: i32, end: i32): f64 {
  let i = start;
  let mantissa: u64 = 0;
  let taken = 0; // significant digits in the mantissa
  let exponent = 0;
  let seen = false;
  let point = false;
  let exact = true;
  for (; i < end; i++) {
    const c = unit(text, i);
    if (c == 46 && !point) {
      point = true;
      continue;
    }
    if (!isDigit(c)) break;
    seen = true;
    if (taken < 19) {
      mantissa = mantissa * 10 + (c - 48);
      if (mantissa) taken++;
      if (point) exponent--;
    } else {
      if (c != 48) exact = false;
      if (!point) exponent++;
    }
  }
  if (!seen) {
    scanEnd = start;
    return NaN;
  }
  const digitsEnd = i;
  exponent += scanExponent(text, i, end);
  if (mantissa == 0) return 0;
  if (exact && exponent >= -22 && exponent <= 22) {
    const power = unchecked(EXACT_POWERS[exponent < 0 ? -exponent : exponent]);
    const m = <f64>mantissa;
    if (mantissa < 9007199254740992) return exponent < 0 ? m / power : m * power;
    const x = pairwise(m, <f64>(<i64>(mantissa - <u64>m)), power, exponent < 0);
    if (x == x) return x;
  }
  return nearest(text, start, digitsEnd, mantissa, taken, exponent);
}

/** The value of an exponent part at `i`, 0 when there is none (`1e`, `1e+` end before the e). Sets `scanEnd`. */
function scanExponent(text: string, i: i32, end: i32): i32 {
  scanEnd = i;
  if (i >= end || (unit(text, i) | 32) != 101) return 0;
  i++;
  let negative = false;
  if (i < end && (unit(text, i) == 43 || unit(text, i) == 45)) negative = unit(text, i++) == 45;
  if (i >= end || !isDigit(unit(text, i))) return 0;
  let e = 0;
  for (; i < end && isDigit(unit(text, i)); i++) if (e < 100000) e = e * 10 + <i32>(unit(text, i) - 48);
  scanEnd = i;
  return negative ? -e : e;
}

/**
 * (high + low) times or through an exact power of ten, rounded once; NaN where the result is too near to a tie to
 * tell.
 */
function pairwise(high: f64, low: f64, power: f64, divide: bool): f64 {
  const p = divide ? high / power : high * power;
  const t = divide ? (remainderOf(high, power, p) + low) / power : productError(high, power, p) + low * power;
  const x = p + t;
  const rest = Math.abs(t - (x - p));
  const bits = reinterpret<u64>(x);
  const half = 0.5 * (reinterpret<f64>(bits + 1) - x);
  const isPowerOfTwo = (bits & 0xfffffffffffff) == 0;
  return isPowerOfTwo || rest > half * 0.999999 ? NaN : x;
}

/** A first guess from the leading digits, wrong by a few units in the last place. */
function guess(mantissa: u64, exponent: i32): f64 {
  let x = <f64>mantissa;
  for (let e = exponent; e > 0 && x < Infinity; e -= 22) x *= unchecked(EXACT_POWERS[min(e, 22)]);
  for (let e = -exponent; e > 0 && x > 0; e -= 22) x /= unchecked(EXACT_POWERS[min(e, 22)]);
  return x;
}

/**
 * The number nearest to digits * 10^e, by stepping from a guess until the exact decimal lies between its two
 * midpoints.
 */
function nearest(text: string, start: i32, end: i32, mantissa: u64, taken: i32, exponent: i32): f64 {
  if (taken + exponent > 310) return Infinity;
  if (taken + exponent < -326) return 0;
  let x = guess(mantissa, exponent);
  if (x == Infinity) x = f64.MAX_VALUE;
  while (true) {
    const bits = reinterpret<u64>(x);
    const above = compareWithMidpoint(text, start, end, exponent, taken, bits);
    if (above > 0 || (above == 0 && bits & 1)) {
      x = reinterpret<f64>(bits + 1);
      if (x == Infinity) return x;
      continue;
    }
    if (bits == 0) return x;
    const below = compareWithMidpoint(text, start, end, exponent, taken, bits - 1);
    if (below < 0 || (below == 0 && bits & 1)) {
      x = reinterpret<f64>(bits - 1);
      continue;
    }
    return x;
  }
}

/** Compares the decimal with the midpoint between the number of these bits and the next larger one. */
function compareWithMidpoint(text: string, start: i32, end: i32, exponent: i32, taken: i32, bits: u64): i32 {
  const biased = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  const m = biased ? fraction | 0x10000000000000 : fraction;
  const midpoint = new Big(m * 2 + 1, 256);
  const e2 = (biased ? biased : 1) - 1076;
  const decimal = new Big(0, 256);
  let e10 = exponent;
  let count = 0;
  let lost = false;
  for (let i = start; i < end; i++) {
    const c = unit(text, i);
    if (c == 46) continue;
    if (count == 0 && c == 48) continue;
    count++;
    if (count <= MAX_DIGITS) decimal.multiplyAdd(10, c - 48);
    else if (c != 48) lost = true;
  }
  const kept = min(count, MAX_DIGITS);
  e10 -= kept - taken;
  if (lost) {
    decimal.multiplyAdd(10, 1);
    e10--;
  }
  if (e10 >= 0) decimal.multiplyByPowerOf10(e10);
  else midpoint.multiplyByPowerOf10(-e10);
  if (e2 >= 0) midpoint.shiftLeft(e2);
  else decimal.shiftLeft(-e2);
  return decimal.compare(midpoint);
}
