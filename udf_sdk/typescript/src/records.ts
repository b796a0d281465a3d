// What happens to a record between two operators: in the engine it becomes a row of columns and a fresh object again.

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/** A copy of a record as the next operator sees it: nothing is shared, text is well-formed, bigints have 64 bits. */
export function crossing(value: unknown): unknown {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "bigint") return checkedBigint(value);
  if (Array.isArray(value)) return value.map(crossing);
  if (typeof value !== "object" || value === null) return value;
  const copy: object = Object.create(Object.getPrototypeOf(value));
  return Object.assign(copy, Object.fromEntries(Object.entries(value).map(([name, field]) => [name, crossing(field)])));
}

/** A surrogate without its partner has no place in UTF-8; it becomes U+FFFD. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

function checkedBigint(value: bigint): bigint {
  if (value < LOWEST || value > HIGHEST) throw new RangeError(`the bigint ${value} does not fit in 64 bits`);
  return value;
}

/** A key as text: keys are equal by value, -0 is 0, NaN is NaN. */
export function keyText(key: unknown): string {
  return JSON.stringify(key, (_name, v: unknown) => {
    if (typeof v === "bigint") return `${v}n`;
    return typeof v === "number" ? `${v}` : typeof v === "string" ? `"${v}` : v === undefined ? null : v;
  });
}
