export function probe(s: string): string {
  const idx = new Map<string, Map<string, number>>();
  for (const w of s.split(" ")) {
    const k = w.charAt(0);
    if (!idx.has(k))
      idx.set(k, new Map());
    const inner = idx.get(k)!;
    inner.set(w, (inner.get(w) ?? 0) + 1);
  }
  let out = "";
  idx.forEach((inner, k) => {
    out += k + "{";
    inner.forEach((n, w) => (out += w + n));
    out += "}";
  });
  return out;
}
