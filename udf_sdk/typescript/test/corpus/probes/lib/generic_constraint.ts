interface Named {
  name: string;
}
function longest<T extends Named>(xs: T[]): T | null {
  let b: T | null = null;
  for (const x of xs)
    if (b === null || x.name.length > b.name.length)
      b = x;
  return b;
}
function keyBy<T, K extends string | number>(xs: T[], k: (x: T) => K): Map<K, T> {
  const m = new Map<K, T>();
  for (const x of xs)
    m.set(k(x), x);
  return m;
}
export function probe(s: string): string {
  const ps = s.split(" ").map((name, i) => ({ name, i }));
  const l = longest(ps);
  const m = keyBy(ps, (p) => p.name);
  const n = keyBy(ps, (p) => p.i);
  return `${l?.i} ${m.size} ${n.get(0)?.name}`;
}
