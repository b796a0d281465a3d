const R: [
  string,
  number
][] = [["M", 1000], ["CM", 900], ["D", 500], ["X", 10], ["IX", 9], ["V", 5], ["I", 1]];
export function probe(s: string): string {
  let n = s.length * 37;
  let o = "";
  R.forEach(([k, v]) => {
    o += k.repeat(Math.floor(n / v));
    n %= v;
  });
  return o;
}
