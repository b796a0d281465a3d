// toPrecision and toExponential: a number of significant digits, exactly; a tie goes up, as JavaScript has it.
import { Big } from "./big";
import { throwRange } from "./errors";
import { number_toString } from "./numbers";

/** The power of ten of the first digit that was found last. */
let exponent: i32 = 0;

export function number_toPrecision(x: f64, digits: f64, file: string, line: i32, column: i32): string {
  if (x - x != 0) return number_toString(x);
  const p = digits != digits ? 0.0 : Math.trunc(digits);
  if (p < 1 || p > 100)
    throwRange("toPrecision() argument must be between 1 and 100", "toPrecision(" + number_toString(digits) + ") is not possible: 1 to 100 digits", file, line, column);
  const found = rounded(Math.abs(x), <i32>p);
  return (x < 0 ? "-" : "") + (exponent < -6 || exponent >= <i32>p ? withExponent(found) : withPoint(found));
}

export function number_toExponential(x: f64, digits: f64, file: string, line: i32, column: i32): string {
  if (x - x != 0) return number_toString(x);
  const f = digits != digits ? 0.0 : Math.trunc(digits);
  if (f < 0 || f > 100)
    throwRange("toExponential() argument must be between 0 and 100", "toExponential(" + number_toString(digits) + ") is not possible: 0 to 100 digits", file, line, column);
  return (x < 0 ? "-" : "") + withExponent(rounded(Math.abs(x), <i32>f + 1));
}

/** With as many digits as tell the number from all others. */
export function number_toExponentialShortest(x: f64): string {
  return x - x != 0 ? number_toString(x) : (x < 0 ? "-" : "") + withExponent(shortest(Math.abs(x)));
}

function withExponent(digits: string): string {
  const fraction = digits.length > 1 ? "." + digits.substring(1) : "";
  return digits.charAt(0) + fraction + (exponent < 0 ? "e-" : "e+") + abs(exponent).toString();
}

function withPoint(digits: string): string {
  if (exponent < 0) return "0." + "0".repeat(-exponent - 1) + digits;
  const whole = exponent + 1;
  return whole == digits.length ? digits : digits.substring(0, whole) + "." + digits.substring(whole);
}

/** The first `count` digits of a number of 0 or more. */
function rounded(x: f64, count: i32): string {
  const digits = exact(x);
  if (digits.length <= count) return digits.padEnd(count, "0");
  const kept = digits.substring(0, count);
  return digits.charCodeAt(count) < 53 ? kept : increased(kept);
}

/** All digits of a number of 0 or more, of which there may be 767. */
function exact(x: f64): string {
  exponent = 0;
  if (x == 0) return "0";
  const bits = reinterpret<u64>(x);
  const biased = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  const e = (biased ? biased : 1) - 1075;
  const big = new Big(biased ? fraction | 0x10000000000000 : fraction, 128);
  if (e >= 0) big.shiftLeft(e);
  else {
    big.multiplyByPowerOf10(-e);
    big.shiftRight(-e);
  }
  const digits = big.toText();
  exponent = digits.length - 1 + min(e, 0);
  return digits;
}

/** The next higher number of as many digits; behind 999 comes 100, with a higher exponent. */
function increased(digits: string): string {
  let at = digits.length - 1;
  while (at >= 0 && digits.charCodeAt(at) == 57) at--;
  const zeros = "0".repeat(digits.length - 1 - at);
  if (at >= 0) return digits.substring(0, at) + String.fromCharCode(digits.charCodeAt(at) + 1) + zeros;
  exponent++;
  return "1" + zeros.substring(1);
}

/** The digits of the number's usual text, without zeros around them. */
function shortest(x: f64): string {
  exponent = 0;
  if (x == 0) return "0";
  const text = number_toString(x);
  const e = text.indexOf("e");
  const mantissa = e < 0 ? text : text.substring(0, e);
  const point = mantissa.indexOf(".");
  const whole = point < 0 ? mantissa.length : point;
  const all = mantissa.replace(".", "");
  let start = 0;
  let end = all.length;
  while (all.charCodeAt(start) == 48) start++;
  while (all.charCodeAt(end - 1) == 48) end--;
  exponent = whole - 1 - start + (e < 0 ? 0 : <i32>parseInt(text.substring(e + 1)));
  return all.substring(start, end);
}
