function add3(a: number, b: number, c: number): number {
  return a + b * 10 + c * 100;
}
export function probe(s: string): string {
  const t: [
    number,
    number,
    number
  ] = [1, 2, 3];
  const xs = [4, 5];
  const all = [0, ...xs, ...s.split("").map((c) => c.length), 9];
  const m = Math.max(...all, 7);
  return `${add3(...t)} ${all.join("")} ${m}`;
}
