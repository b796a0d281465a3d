type Cfg = {
  a: number;
  b: string;
  c: boolean;
};
function update(c: Cfg, p: Partial<Cfg>): Cfg {
  return { ...c, ...p };
}
export function probe(s: string): string {
  const c: Cfg = { a: 1, b: s, c: false };
  const d = update(c, { b: "new" });
  const e = update(d, { a: 5, c: true });
  return `${d.a}${d.b}${d.c}${e.a}${e.b}${e.c}`;
}
