export function probe(s: string): string {
  const kind = s.length > 5 ? { a: 1, b: "x" } : { a: 2, b: "y" };
  const list = s ? [1, 2] : [];
  return kind.a + kind.b + list.length;
}
