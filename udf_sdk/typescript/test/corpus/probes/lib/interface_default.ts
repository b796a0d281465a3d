interface Opts {
  sep?: string;
  max?: number;
  trim?: boolean;
  map?: (s: string) => string;
}
function fmt(xs: string[], { sep = ",", max = Infinity, trim = false, map = (x: string) => x }: Opts = {}): string {
  return xs.slice(0, max).map((x) => map(trim ? x.trim() : x)).join(sep);
}
export function probe(s: string): string {
  const w = s.split(" ");
  return `${fmt(w)} ${fmt(w, { sep: "|" })} ${fmt(w, { max: 1, map: (x) => x.toUpperCase() })}`;
}
