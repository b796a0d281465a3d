// Bit operations of JavaScript: operands become 32-bit integers modulo 2^32, results are numbers again.

/** ToInt32. */
// @ts-ignore: decorator
@inline
export function toInt32(x: f64): i32 {
  const k = <i32>x;
  return <f64>k == x ? k : wrap(x);
}

/** ToInt32 of what is no plain 32-bit integer: fractions, large numbers, NaN, infinities. */
function wrap(x: f64): i32 {
  if (!isFinite(x)) return 0;
  const t = Math.trunc(x);
  return <i32>(<u32>(<u64>(t - Math.floor(t / 4294967296.0) * 4294967296.0)));
}

export function number_or(x: f64, y: f64): f64 {
  return <f64>(toInt32(x) | toInt32(y));
}

export function number_and(x: f64, y: f64): f64 {
  return <f64>(toInt32(x) & toInt32(y));
}

export function number_xor(x: f64, y: f64): f64 {
  return <f64>(toInt32(x) ^ toInt32(y));
}

export function number_not(x: f64): f64 {
  return <f64>~toInt32(x);
}

export function number_shiftLeft(x: f64, y: f64): f64 {
  return <f64>(toInt32(x) << (toInt32(y) & 31));
}

export function number_shiftRight(x: f64, y: f64): f64 {
  return <f64>(toInt32(x) >> (toInt32(y) & 31));
}

export function number_shiftRightUnsigned(x: f64, y: f64): f64 {
  return <f64>(<u32>toInt32(x) >>> (<u32>toInt32(y) & 31));
}
