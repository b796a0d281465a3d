export function probe(s: string): string {
  const order = ["world", "hello", "a"];
  const rank = (w: string): number => {
    const i = order.indexOf(w);
    return i < 0 ? order.length : i;
  };
  return s.split(" ").sort((x, y) => rank(x) - rank(y) || x.length - y.length).join(" ");
}
