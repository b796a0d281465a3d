// What rounding took away: exact errors of products and quotients of two doubles (Dekker, Veltkamp).
// For factors below 2^500 whose product is no subnormal.

/** Exactly x * y - product, where product = x * y rounded: both factors are split in halves of 26 bits. */
export function productError(x: f64, y: f64, product: f64): f64 {
  const cx = x * 134217729.0;
  const cy = y * 134217729.0;
  const xh = cx - (cx - x);
  const yh = cy - (cy - y);
  const xl = x - xh;
  const yl = y - yh;
  return xl * yl - (product - xh * yh - xl * yh - xh * yl);
}

/** Exactly x - quotient * y, where quotient = x / y rounded. */
export function remainderOf(x: f64, y: f64, quotient: f64): f64 {
  const product = quotient * y;
  return x - product - productError(quotient, y, product);
}
