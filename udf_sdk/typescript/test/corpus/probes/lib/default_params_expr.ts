function range(a: number, b = a * 2, step = b > a ? 1 : -1): number[] {
  const r: number[] = [];
  for (let i = a; step > 0 ? i < b : i > b; i += step)
    r.push(i);
  return r;
}
export function probe(s: string): string {
  return [range(2), range(3, 1), range(0, s.length, 4)].map((r) => r.join()).join(";");
}
