export function probe(s: string): string {
  const a = 1, b = s;
  const o = { a, b, nested: { a, list: [b, b] } };
  const { nested: { list } } = o;
  return `${o.a}${o.b}${list.join("")}`;
}
