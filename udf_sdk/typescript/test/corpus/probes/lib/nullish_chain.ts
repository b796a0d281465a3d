type U = {
  p?: {
    q?: {
      r: string;
      n?: number;
    };
  } | null;
  l?: string[];
};
export function probe(s: string): string {
  const a: U = {};
  const b: U = { p: { q: { r: s } }, l: s.split(" ") };
  const c: U = { p: null };
  return [a, b, c].map((u) => `${u.p?.q?.r ?? "-"} ${u.p?.q?.n ?? 0} ${u.l?.length ?? -1} ${u.l?.[0] ?? "no"} ${u.p?.q?.r.toUpperCase() ?? "?"} ${u.l?.map((x) => x.length).join() ?? ""}`).join(";");
}
