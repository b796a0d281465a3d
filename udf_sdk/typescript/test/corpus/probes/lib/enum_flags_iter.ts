enum F {
  None = 0,
  A = 1 << 0,
  B = 1 << 1,
  All = A | B
}
function has(f: F, x: F): boolean {
  return (f & x) !== 0;
}
export function probe(s: string): string {
  let f: F = F.None;
  if (s.length > 3)
    f |= F.A;
  if (s.includes("o"))
    f |= F.B;
  return `${f} ${has(f, F.A)} ${has(f, F.B)} ${f === F.All}`;
}
