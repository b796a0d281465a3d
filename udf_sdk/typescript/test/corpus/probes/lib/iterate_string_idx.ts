export function probe(s: string): string {
  const freq = new Map<string, number>();
  for (const ch of s) {
    const prev = freq.get(ch);
    if (prev)
      freq.set(ch, prev + 1);
    else
      freq.set(ch, 1);
  }
  let best = "";
  let n = 0;
  for (const [ch, k] of freq)
    if (k > n) {
      best = ch;
      n = k;
    }
  return best + n;
}
