const WEIGHTS = { a: 1, b: 2, c: 3 };
export function probe(s: string): string {
  let t = 0;
  for (const c of s) {
    if (c === "a")
      t += WEIGHTS.a;
    else if (c === "b")
      t += WEIGHTS.b;
  }
  return String(t + WEIGHTS["c"]);
}
