const fmt = (n: number, d = 2): string => n.toFixed(d).padStart(8, " ");
export function probe(s: string): string {
  return `[${fmt(s.length / 3)}][${fmt(1e6, 0)}][${fmt(-0.005)}]`;
}
