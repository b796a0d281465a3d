function each<T>(xs: readonly T[], f: (x: T, i: number) => void): void {
  xs.forEach(f);
}
export function probe(s: string): string {
  const out: string[] = [];
  each(s.split(" "), (w, i) => out.push(w + i));
  each([1, 2], (n) => {
    out.push(String(n));
  });
  return out.join();
}
