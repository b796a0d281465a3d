export function probe(s: string): string {
  const a = new Set(s.split("")), b = new Set(["a", "e", "o"]);
  const inter = [...a].filter((x) => b.has(x));
  const union = new Set([...a, ...b]);
  const diff = [...a].filter((x) => !b.has(x));
  return `${inter.join("")} ${union.size} ${diff.length}`;
}
