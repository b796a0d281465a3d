type P = {
  a: string;
  b: number;
};
function cmp(x: P, y: P): number {
  if (x.a !== y.a)
    return x.a < y.a ? -1 : 1;
  return y.b - x.b;
}
export function probe(s: string): string {
  const ps: P[] = s.split(" ").map((a, b) => ({ a, b }));
  ps.sort(cmp);
  return ps.map((p) => p.a + p.b).join();
}
