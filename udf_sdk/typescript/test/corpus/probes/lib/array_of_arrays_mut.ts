export function probe(s: string): string {
  const g: number[][] = [];
  for (let i = 0; i < 3; i++) {
    g.push([]);
    for (let j = 0; j < 3; j++)
      g[i].push(i * j);
  }
  g[1][2]++;
  g[2][0] -= 5;
  const t = g[0].map((_, c) => g.map((r) => r[c]));
  return t.map((r) => r.join()).join(";");
}
