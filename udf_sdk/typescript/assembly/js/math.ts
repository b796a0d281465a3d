// Math. Exact where IEEE 754 or the language fixes the result (round, min, max, sqrt, hypot's special cases, ...).
// exp, log, pow, sin, cos, tan and their families may differ from Node's in the last bit: the language leaves it open.
import { toInt32 } from "./bits";

export function math_abs(x: f64): f64 { return Math.abs(x); }
export function math_acos(x: f64): f64 { return Math.acos(x); }
export function math_acosh(x: f64): f64 { return Math.acosh(x); }
export function math_asin(x: f64): f64 { return Math.asin(x); }
export function math_asinh(x: f64): f64 { return Math.asinh(x); }
export function math_atan(x: f64): f64 { return Math.atan(x); }
export function math_atan2(y: f64, x: f64): f64 { return Math.atan2(y, x); }
export function math_atanh(x: f64): f64 { return Math.atanh(x); }
export function math_cbrt(x: f64): f64 { return Math.cbrt(x); }
export function math_ceil(x: f64): f64 { return Math.ceil(x); }
export function math_cos(x: f64): f64 { return Math.cos(x); }
export function math_cosh(x: f64): f64 { return Math.cosh(x); }
export function math_exp(x: f64): f64 { return Math.exp(x); }
export function math_expm1(x: f64): f64 { return Math.expm1(x); }
export function math_floor(x: f64): f64 { return Math.floor(x); }
export function math_fround(x: f64): f64 { return <f64>(<f32>x); }
export function math_log(x: f64): f64 { return Math.log(x); }
export function math_log10(x: f64): f64 { return Math.log10(x); }
export function math_log1p(x: f64): f64 { return Math.log1p(x); }
export function math_log2(x: f64): f64 { return Math.log2(x); }
export function math_sin(x: f64): f64 { return Math.sin(x); }
export function math_sinh(x: f64): f64 { return Math.sinh(x); }
export function math_sqrt(x: f64): f64 { return Math.sqrt(x); }
export function math_tan(x: f64): f64 { return Math.tan(x); }
export function math_tanh(x: f64): f64 { return Math.tanh(x); }
export function math_trunc(x: f64): f64 { return Math.trunc(x); }

export function math_clz32(x: f64): f64 {
  return <f64>clz<i32>(toInt32(x));
}

export function math_imul(x: f64, y: f64): f64 {
  return <f64>(toInt32(x) * toInt32(y));
}

/** Halves go up, towards +Infinity; -0.5 and -0 give -0. */
export function math_round(x: f64): f64 {
  const below = Math.floor(x);
  if (below == x || x != x) return x;
  const rounded = x - below < 0.5 ? below : below + 1;
  return rounded == 0 && x < 0 ? -0.0 : rounded;
}

/** Keeps NaN and the sign of zero. */
export function math_sign(x: f64): f64 {
  return x > 0 ? 1 : x < 0 ? -1 : x;
}

/** NaN wins; 0 is more than -0. wasm's f64.max does exactly this. */
export function math_max(x: f64, y: f64): f64 {
  return max<f64>(x, y);
}

/** NaN wins; -0 is less than 0. wasm's f64.min does exactly this. */
export function math_min(x: f64, y: f64): f64 {
  return min<f64>(x, y);
}

export function math_maxAll(xs: Array<f64>): f64 {
  let r = -Infinity;
  for (let i = 0, n = xs.length; i < n; i++) r = max<f64>(r, unchecked(xs[i]));
  return r;
}

export function math_minAll(xs: Array<f64>): f64 {
  let r = Infinity;
  for (let i = 0, n = xs.length; i < n; i++) r = min<f64>(r, unchecked(xs[i]));
  return r;
}

/** The root of the sum of squares, scaled by the largest, summed with compensation. */
export function math_hypot(xs: Array<f64>): f64 {
  let largest = 0.0;
  let hasNaN = false;
  for (let i = 0, n = xs.length; i < n; i++) {
    const x = Math.abs(unchecked(xs[i]));
    if (x == Infinity) return Infinity;
    if (x != x) hasNaN = true;
    else if (x > largest) largest = x;
  }
  if (hasNaN) return NaN;
  if (largest == 0) return 0;
  let sum = 0.0;
  let compensation = 0.0;
  for (let i = 0, n = xs.length; i < n; i++) {
    const q = Math.abs(unchecked(xs[i])) / largest;
    const summand = q * q - compensation;
    const next = sum + summand;
    compensation = next - sum - summand;
    sum = next;
  }
  return Math.sqrt(sum) * largest;
}

/** `x % y`: the sign of x, exact. */
export function number_remainder(x: f64, y: f64): f64 {
  if (x >= 0 && y > 0 && x <= 2147483647.0 && y <= 2147483647.0) {
    const a = <i32>x;
    const b = <i32>y;
    if (<f64>a == x && <f64>b == y) return x == 0 ? x : <f64>(a % b);
  }
  return x % y;
}

/** `x ** y`: as Math.pow, which is NaN for a base of 1 or -1 with an exponent that is infinite or NaN. */
export function number_power(x: f64, y: f64): f64 {
  if (y != y) return NaN;
  if (Math.abs(x) == 1 && Math.abs(y) == Infinity) return NaN;
  return y == 2 ? x * x : Math.pow(x, y);
}
