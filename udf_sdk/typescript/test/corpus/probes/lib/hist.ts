export function probe(s: string): string {
  const h: number[] = new Array(5).fill(0);
  for (const w of s.split(" "))
    h[Math.min(w.length, 4)]++;
  return h.map((n, i) => `${i}:${"#".repeat(n)}`).join(" ");
}
