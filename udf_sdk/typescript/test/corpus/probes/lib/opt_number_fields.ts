type O = {
  a?: number;
  b?: boolean;
  c?: string;
  d: number | null;
};
export function probe(s: string): string {
  const o: O = { d: null };
  if (s.length > 3) {
    o.a = s.length;
    o.b = true;
    o.d = 2;
  }
  o.c = s || undefined;
  const p: O = { ...o, a: o.a !== undefined ? o.a + 1 : 0 };
  return `${o.a} ${o.b} ${o.c} ${o.d} ${p.a! * 2} ${o.a === undefined} ${o.d === null} ${(o.a ?? 0) + (o.d ?? 1)} ${o.b ? "t" : "f"} ${o.a ? "nz" : "z"}`;
}
