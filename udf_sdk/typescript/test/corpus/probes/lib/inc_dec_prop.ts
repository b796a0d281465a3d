class C {
  n = 0;
  a = [1, 2];
}
export function probe(s: string): string {
  const c = new C();
  c.n++;
  ++c.n;
  c.n += c.n++;
  c.a[c.n > 3 ? 1 : 0]--;
  const m = new Map<string, {
    k: number;
  }>();
  m.set("x", { k: 1 });
  m.get("x")!.k += 4;
  const o = { z: { y: 1 } };
  o.z.y *= 7;
  return `${c.n} ${c.a.join()} ${m.get("x")!.k} ${o.z.y} ${s.length}`;
}
