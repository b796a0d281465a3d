// bigint as 64-bit integers: results that 64 bits do not hold end the call instead of being wrong.
import { throwRange, throwSyntax } from "./errors";
import { failAt } from "./fail";
import { digitOf, number_toString } from "./numbers";
import { failRadix, radixOf } from "./radix";

function overflow(what: string, file: string, line: i32, column: i32): void {
  const why = " does not fit in 64 bits, which is what a job has for bigint; use number or a string";
  failAt("the bigint " + what + why, file, line, column);
}

function refuse(text: string, why: string, file: string, line: i32, column: i32): void {
  throwSyntax("Cannot convert " + text + " to a BigInt", 'BigInt("' + text + '") is not possible: ' + why, file, line, column);
}

export function bigint_valueOf(x: i64): i64 {
  return x;
}

export function bigint_toString(x: i64): string {
  return x.toString();
}

export function bigint_toStringRadix(x: i64, radix: f64, file: string, line: i32, column: i32): string {
  const r = radixOf(radix);
  if (!r) failRadix(radix, file, line, column);
  return x.toString(r);
}

/** `BigInt(v)` of a number, boolean, text or bigint. */
export function bigint_from<T>(v: T, file: string, line: i32, column: i32): i64 {
  if (isString<T>()) return fromText(changetype<string>(v), file, line, column);
  else if (isFloat<T>()) return fromNumber(<f64>v, file, line, column);
  else return <i64>v;
}

function fromNumber(x: f64, file: string, line: i32, column: i32): i64 {
  const what = number_toString(x);
  if (!isFinite(x) || Math.trunc(x) != x)
    throwRange("The number " + what + " cannot be converted to a BigInt because it is not an integer", "BigInt(" + what + ") is not possible: the number is not whole", file, line, column);
  if (!(x >= -9223372036854775808.0 && x < 9223372036854775808.0)) overflow(number_toString(x), file, line, column);
  return <i64>x;
}

/** Decimal digits with a sign, or hexadecimal, octal or binary ones behind 0x, 0o, 0b without one; no digits at all are 0. */
function fromText(text: string, file: string, line: i32, column: i32): i64 {
  const t = text.trim();
  const n = t.length;
  const letter = n > 2 && t.charCodeAt(0) == 48 ? t.charCodeAt(1) | 32 : 0;
  const radix: u32 = letter == 120 ? 16 : letter == 111 ? 8 : letter == 98 ? 2 : 10;
  const negative = t.startsWith("-");
  const start = radix != 10 ? 2 : negative || t.startsWith("+") ? 1 : 0;
  const most = <u64>i64.MAX_VALUE + <u64>negative;
  let x: u64 = 0;
  for (let i = start; i < n; i++) {
    const d = <u32>digitOf(t.charCodeAt(i));
    if (d >= radix) refuse(text, "the text is no whole number", file, line, column);
    if (x > (most - d) / radix) overflow(t, file, line, column);
    x = x * radix + d;
  }
  if (n == start && start) refuse(text, "the text has no digits", file, line, column);
  return negative ? -(<i64>x) : <i64>x;
}

export function bigint_add(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  const r = x + y;
  if (((x ^ r) & (y ^ r)) < 0) overflow(x.toString() + " + " + y.toString(), file, line, column);
  return r;
}

export function bigint_subtract(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  const r = x - y;
  if (((x ^ y) & (x ^ r)) < 0) overflow(x.toString() + " - " + y.toString(), file, line, column);
  return r;
}

export function bigint_multiply(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  const r = x * y;
  const small = <u64>(x + 0x40000000) < 0x80000000 && <u64>(y + 0x40000000) < 0x80000000;
  if (!small && x != 0 && ((x == -1 && y == i64.MIN_VALUE) || (y == -1 && x == i64.MIN_VALUE) || r / x != y)) {
    overflow(x.toString() + " * " + y.toString(), file, line, column);
  }
  return r;
}

function checkDivisor(y: i64, file: string, line: i32, column: i32): void {
  if (y == 0) throwRange("Division by zero", "division of a bigint by zero", file, line, column);
}

export function bigint_divide(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  checkDivisor(y, file, line, column);
  if (y == -1) return bigint_subtract(0, x, file, line, column);
  return x / y;
}

export function bigint_remainder(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  checkDivisor(y, file, line, column);
  return y == -1 ? 0 : x % y;
}

export function bigint_power(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  if (y < 0) throwRange("Exponent must be non-negative", "the exponent of a bigint must not be negative, it is " + y.toString(), file, line, column);
  if (x == 0 || x == 1) return y == 0 ? 1 : x;
  if (x == -1) return y & 1 ? -1 : 1;
  let r: i64 = 1;
  for (let k: i64 = 0; k < y; k++) r = bigint_multiply(r, x, file, line, column);
  return r;
}

export function bigint_shiftLeft(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  if (y < 0) return bigint_shiftRight(x, -y, file, line, column);
  if (x == 0) return 0;
  if (y > 63 || (x << y) >> y != x) overflow(x.toString() + " << " + y.toString(), file, line, column);
  return x << y;
}

/** Rounds down, as JavaScript's does. */
export function bigint_shiftRight(x: i64, y: i64, file: string, line: i32, column: i32): i64 {
  if (y < 0) return bigint_shiftLeft(x, -y, file, line, column);
  return x >> min<i64>(y, 63);
}
