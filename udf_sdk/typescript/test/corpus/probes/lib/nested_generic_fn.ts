type Pair<A, B> = {
  first: A;
  second: B;
};
function pair<A, B>(first: A, second: B): Pair<A, B> {
  return { first, second };
}
function zip<A, B>(xs: A[], ys: B[]): Pair<A, B>[] {
  const n = Math.min(xs.length, ys.length);
  const out: Pair<A, B>[] = [];
  for (let i = 0; i < n; i++)
    out.push(pair(xs[i], ys[i]));
  return out;
}
export function probe(s: string): string {
  return zip(s.split(" "), [1, 2, 3]).map((p) => p.first + p.second).join() + zip([true], ["x"])[0].first;
}
