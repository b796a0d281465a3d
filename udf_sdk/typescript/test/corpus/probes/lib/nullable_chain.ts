type T = {
  v: number;
  l: T | null;
  r: T | null;
};
function ins(t: T | null, v: number): T {
  if (t === null)
    return { v, l: null, r: null };
  return v < t.v ? { ...t, l: ins(t.l, v) } : { ...t, r: ins(t.r, v) };
}
function walk(t: T | null): number[] {
  return t ? [...walk(t.l), t.v, ...walk(t.r)] : [];
}
export function probe(s: string): string {
  let t: T | null = null;
  for (const c of s)
    t = ins(t, c.charCodeAt(0));
  return walk(t).join() + (t?.l?.v ?? -1);
}
