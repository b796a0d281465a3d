export function probe(s: string): string {
  const w = s.split(" ");
  const i = w.findIndex((x) => x === "world");
  if (i < 0)
    return "none";
  const before = w.slice(0, i), after = w.slice(i + 1);
  return before.length + "/" + after.length;
}
