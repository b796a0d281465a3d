function at(g: boolean[][], r: number, c: number): boolean {
  return r >= 0 && c >= 0 && r < g.length && c < g[0].length && g[r][c];
}
function step(g: boolean[][]): boolean[][] {
  return g.map((row, r) => row.map((v, c) => {
    let n = 0;
    for (let dr = -1; dr <= 1; dr++)
      for (let dc = -1; dc <= 1; dc++)
        if ((dr !== 0 || dc !== 0) && at(g, r + dr, c + dc))
          n++;
    return v ? n === 2 || n === 3 : n === 3;
  }));
}
export function probe(s: string): string {
  const g = [[false, true, false], [false, true, false], [false, true, false]];
  return step(g).map((r) => r.map((v) => (v ? "#" : ".")).join("")).join("/") + s.length;
}
