type O = {
  n?: number;
  s?: string;
  z: null | string;
  f: number | null;
};
export function probe(s: string): string {
  const o: O = { z: null, f: null };
  const p: O = { n: 1, s, z: s, f: 2 };
  return `${o.n} ${o.s} ${o.z} ${o.f} ${p.n} ${p.s} ${p.z} ${p.f} ` + o.n + o.z + String(o.s) + String(p.f);
}
