// toString(radix) and toFixed(digits).
import { Big } from "./big";
import { productError } from "./exact";
import { throwRange } from "./errors";
import { number_toString } from "./numbers";

/** A radix of 2 to 36 as an integer, 0 for anything else. */
export function radixOf(radix: f64): i32 {
  const r = Math.trunc(radix);
  return r >= 2 && r <= 36 ? <i32>r : 0;
}

export function failRadix(radix: f64, file: string, line: i32, column: i32): void {
  const why = ") is not possible: the radix must be from 2 to 36";
  throwRange("toString() radix argument must be between 2 and 36", "toString(" + number_toString(radix) + why, file, line, column);
}

export function number_toStringRadix(x: f64, radix: f64, file: string, line: i32, column: i32): string {
  const r = radixOf(radix);
  if (!r) failRadix(radix, file, line, column);
  if (r == 10 || x - x != 0) return number_toString(x);
  const text = magnitudeInRadix(Math.abs(x), r);
  return x < 0 ? "-" + text : text;
}

// @ts-ignore: decorator
@inline
function digit(d: i32): string {
  return String.fromCharCode(d < 10 ? 48 + d : 87 + d);
}

/**
 * The fewest digits that tell the number from its neighbours, as V8 finds them; the language leaves the choice open.
 */
function magnitudeInRadix(x: f64, radix: i32): string {
  let whole = Math.floor(x);
  let fraction = x - whole;
  let delta = max(0.5 * (reinterpret<f64>(reinterpret<u64>(x) + 1) - x), f64.MIN_VALUE);
  let digits = new Array<i32>();
  if (fraction >= delta) {
    do {
      fraction *= radix;
      delta *= radix;
      const d = <i32>fraction;
      digits.push(d);
      fraction -= d;
      if (fraction > 0.5 || (fraction == 0.5 && d & 1)) {
        if (fraction + delta > 1) {
          if (roundUp(digits, radix)) whole += 1;
          break;
        }
      }
    } while (fraction >= delta);
  }
  let text = wholeInRadix(whole, radix);
  if (digits.length) {
    text += ".";
    for (let i = 0, n = digits.length; i < n; i++) text += digit(unchecked(digits[i]));
  }
  return text;
}

/** Adds one to the last digit, dropping digits that overflow; answers whether all did. */
function roundUp(digits: Array<i32>, radix: i32): bool {
  while (digits.length) {
    const d = digits.pop() + 1;
    if (d < radix) {
      digits.push(d);
      return false;
    }
  }
  return true;
}

function wholeInRadix(whole: f64, radix: i32): string {
  let text = "";
  const base = <f64>radix;
  // low digits beyond 53 bits carry nothing
  while (whole >= 9007199254740992.0 * base) {
    whole /= base;
    text += "0";
  }
  do {
    const rest = whole % base;
    text = digit(<i32>rest) + text;
    whole = (whole - rest) / base;
  } while (whole > 0);
  return text;
}

export function number_toFixed(x: f64, digits: f64, file: string, line: i32, column: i32): string {
  const f = digits != digits ? 0.0 : Math.trunc(digits);
  if (f < 0 || f > 100) {
    throwRange("toFixed() digits argument must be between 0 and 100", "toFixed(" + number_toString(digits) + ") is not possible: 0 to 100 digits", file, line, column);
  }
  if (!(Math.abs(x) < 1e21)) return number_toString(x);
  const magnitude = Math.abs(x);
  let text = f <= 15 && magnitude < 1e6 ? shortFixed(magnitude, <i32>f) : "";
  if (!text.length) text = longFixed(magnitude, <i32>f);
  text = withPoint(text, <i32>f);
  return x < 0 ? "-" + text : text;
}

function withPoint(text: string, f: i32): string {
  if (f == 0) return text;
  const padded = text.padStart(f + 1, "0");
  const whole = padded.length - f;
  return padded.substring(0, whole) + "." + padded.substring(whole);
}

/** x * 10^f rounded to the nearest integer, ties up, by an exact product of two doubles; "" when that is too large. */
function shortFixed(x: f64, f: i32): string {
  let scale = 1.0;
  for (let i = 0; i < f; i++) scale *= 10;
  const product = x * scale;
  if (product >= 2251799813685248.0) return "";
  const error = productError(x, scale, product);
  const below = Math.floor(product);
  const over = product - (below + 0.5);
  return (<i64>(over > 0 || (over == 0 && error >= 0) ? below + 1 : below)).toString();
}

/** The same for any size, by exact integers. */
function longFixed(x: f64, f: i32): string {
  const bits = reinterpret<u64>(x);
  const biased = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  const e = (biased ? biased : 1) - 1075;
  const big = new Big(biased ? fraction | 0x10000000000000 : fraction, 64);
  big.multiplyByPowerOf10(f);
  if (e >= 0) big.shiftLeft(e);
  else {
    big.addPowerOf2(-e - 1);
    big.shiftRight(-e);
  }
  return big.toText();
}
