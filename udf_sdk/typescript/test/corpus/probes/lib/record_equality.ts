export function probe(s: string): string {
  const a = { x: 1 }, b = { x: 1 }, c = a;
  const l = [a, b];
  return `${a === b} ${a === c} ${l.indexOf(b)} ${l.includes(c)} ${new Set([a, b, c]).size}`;
}
