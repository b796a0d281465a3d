export function probe(s: string): string {
  const rows = s.split(" ").map((w, i) => [w, String(i), (w.length / 3).toFixed(3)]);
  const widths = [0, 1, 2].map((c) => Math.max(...rows.map((r) => r[c].length)));
  return rows.map((r) => r.map((x, c) => (c === 0 ? x.padEnd(widths[c]) : x.padStart(widths[c]))).join("|")).join("\n");
}
