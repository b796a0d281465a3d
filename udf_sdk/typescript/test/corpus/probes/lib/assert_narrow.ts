function isLong(s: string): s is string {
  return s.length > 3;
}
export function probe(s: string): string {
  const ws = s.split(" ").filter(isLong);
  const m: (string | null)[] = [s, null];
  const only = m.filter((x): x is string => x !== null);
  return ws.join() + only.length;
}
