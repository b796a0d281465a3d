export function probe(s: string): string {
  const seen = new Set<string>();
  let x = 0, y = 0;
  const dirs: Record<"N" | "S", [
    number,
    number
  ]> = { N: [0, 1], S: [0, -1] };
  for (const c of s) {
    const [dx, dy] = c < "m" ? dirs.N : dirs.S;
    x += dx;
    y += dy;
    seen.add(`${x},${y}`);
  }
  return `${seen.size} ${y}`;
}
