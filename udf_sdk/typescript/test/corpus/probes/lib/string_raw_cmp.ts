export function probe(s: string): string {
  const a = ["b", "a", "C", "é", "Z", "10", "9", ""];
  return a.sort().join() + a.map((x) => (x > "a" ? 1 : 0)).join("") + ("a" < "B") + ("" < "a");
}
