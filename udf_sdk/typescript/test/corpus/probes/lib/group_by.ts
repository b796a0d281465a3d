type G = {
  k: string;
  items: string[];
};
export function probe(s: string): string {
  const g = s.split(" ").reduce((acc, w) => {
    const k = String(w.length);
    const e = acc.find((x) => x.k === k);
    if (e)
      e.items.push(w);
    else
      acc.push({ k, items: [w] });
    return acc;
  }, [] as G[]);
  return g.map((x) => x.k + ":" + x.items.join("/")).join(" ");
}
