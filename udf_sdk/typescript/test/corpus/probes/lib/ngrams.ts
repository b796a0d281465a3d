function ngrams(xs: string[], n: number): string[] {
  const out: string[] = [];
  for (let i = 0; i + n <= xs.length; i++)
    out.push(xs.slice(i, i + n).join("_"));
  return out;
}
export function probe(s: string): string {
  const w = s.split(" ");
  return [1, 2, 3].map((n) => ngrams(w, n).join(",")).join(";");
}
