interface Stats {
  n: number;
  mean: number;
  m2: number;
  min: number;
  max: number;
}
const EMPTY: Readonly<Stats> = { n: 0, mean: 0, m2: 0, min: Infinity, max: -Infinity };
function push(s: Stats, x: number): Stats {
  const n = s.n + 1, d = x - s.mean, mean = s.mean + d / n;
  return { n, mean, m2: s.m2 + d * (x - mean), min: Math.min(s.min, x), max: Math.max(s.max, x) };
}
export function probe(s: string): string {
  const st = s.split(" ").map((w) => w.length).reduce(push, EMPTY);
  return `${st.n} ${st.mean} ${Math.sqrt(st.m2 / st.n)} ${st.min} ${st.max}`;
}
