function first<T>(xs: T[]): T | undefined {
  return xs.length ? xs[0] : undefined;
}
export function probe(s: string): string {
  const a = first(s.split(" "));
  const b = first<number>([]);
  const c = first([3]);
  const last = s.split(" ").pop();
  return `${a ?? "x"} ${b ?? -1} ${c !== undefined ? c + 1 : 0} ${last} ${last?.length} ${b}`;
}
