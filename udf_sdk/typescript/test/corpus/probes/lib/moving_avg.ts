export function probe(s: string): string {
  const xs = s.split("").map((c) => c.charCodeAt(0));
  const w = 3;
  const out: string[] = [];
  let sum = 0;
  for (let i = 0; i < xs.length; i++) {
    sum += xs[i];
    if (i >= w)
      sum -= xs[i - w];
    if (i >= w - 1)
      out.push((sum / w).toFixed(2));
  }
  return out.join(" ");
}
