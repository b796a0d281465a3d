export function probe(s: string): string {
  const a = s.length > 3, b = s.includes("o");
  const n = (a ? 1 : 0) + (b ? 2 : 0);
  return `${n} ${a !== b} ${a === b} ${a && !b} ${Number(a) + Number(b)}`;
}
