function stats(xs: number[]): [
  min: number,
  max: number,
  mean: number
] {
  let lo = Infinity, hi = -Infinity, t = 0;
  for (const x of xs) {
    if (x < lo)
      lo = x;
    if (x > hi)
      hi = x;
    t += x;
  }
  return [lo, hi, t / xs.length];
}
export function probe(s: string): string {
  const [lo, hi, mean] = stats(s.split(" ").map((w) => w.length));
  return `${lo} ${hi} ${mean}`;
}
