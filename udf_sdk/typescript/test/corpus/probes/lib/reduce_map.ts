export function probe(s: string): string {
  const m = s.split("").reduce((acc, c) => acc.set(c, (acc.get(c) ?? 0) + 1), new Map<string, number>());
  return [...m.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([c, n]) => c + n).join("");
}
