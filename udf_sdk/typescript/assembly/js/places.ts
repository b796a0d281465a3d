// JavaScript's rules for positions given as numbers: truncation, clamping, counting from the end.

/** ToIntegerOrInfinity, clamped to 0..length. */
// @ts-ignore: decorator
@inline
export function clamp(x: f64, length: i32): i32 {
  if (!(x > 0)) return 0; // NaN too
  return x >= <f64>length ? length : <i32>x;
}

/** A position that counts from the end when it is negative (slice, at, splice, fill), clamped to 0..length. */
// @ts-ignore: decorator
@inline
export function relative(x: f64, length: i32): i32 {
  if (x > -1) return x >= <f64>length ? length : <i32>x; // -0.5 is 0
  if (x != x) return 0;
  const k = Math.trunc(x) + <f64>length;
  return k > 0 ? <i32>k : 0;
}

/** The place of `at(x)`: -1 when there is none. */
// @ts-ignore: decorator
@inline
export function place(x: f64, length: i32): i32 {
  let k = x != x ? 0.0 : Math.trunc(x);
  if (k < 0) k += <f64>length;
  return k >= 0 && k < <f64>length ? <i32>k : -1;
}
