const T = { kinds: ["a", "b"], n: 3, nested: { deep: true } } as const;
const PAIRS = [["x", 1], ["y", 2]] as const;
type Kind = (typeof T.kinds)[number];
export function probe(s: string): string {
  const k: Kind = s.length > 3 ? "a" : "b";
  let o = "";
  for (const [n, v] of PAIRS)
    o += n + v;
  return `${T.kinds.join()}${T.n}${T.nested.deep}${k}${T.kinds.includes(k)}${o}`;
}
