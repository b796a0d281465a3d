// Seeded random values for tests: the same on every run.

/** A generator of numbers in [0, 1) (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const bits = new DataView(new ArrayBuffer(8));

/** A number of any size: half of them random bits, the rest sums of cents, small integers and quotients. */
export function randomDouble(next) {
  const kind = Math.floor(next() * 6);
  if (kind === 0) return Math.floor(next() * 2000) - 1000;
  if (kind === 1) return Math.round(next() * 1e7) / 100;
  if (kind === 2) return next() * 10 ** Math.floor(next() * 30 - 10);
  bits.setUint32(0, next() * 4294967296);
  bits.setUint32(4, next() * 4294967296);
  return bits.getFloat64(0);
}

/** Decimal text as data files have it. */
export function randomDecimal(next) {
  const digits = (n) => Array.from({ length: n }, () => Math.floor(next() * 10)).join("");
  const whole = digits(1 + Math.floor(next() * 12));
  const fraction = next() < 0.7 ? "." + digits(1 + Math.floor(next() * 12)) : "";
  const exponent = next() < 0.2 ? "e" + Math.floor(next() * 60 - 30) : "";
  return (next() < 0.3 ? "-" : "") + whole + fraction + exponent;
}

/** One of a list. */
export function pick(next, list) {
  return list[Math.floor(next() * list.length)];
}
