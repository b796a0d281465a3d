export function probe(s: string): string {
  const fs = new Map<string, (n: number) => number>();
  for (const w of s.split(" "))
    fs.set(w, (n) => n + w.length);
  let t = 0;
  for (const [k, f] of fs)
    t += f(k.length);
  return String(t);
}
