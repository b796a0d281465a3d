export function probe(s: string): string {
  const a = 1;
  return [1, 2].map((x) => {
    const b = x + a;
    return [3, 4].map((y) => {
      const c = y + b;
      return [5].map((z) => a + b + c + x + y + z + s.length)[0];
    }).join("-");
  }).join("|");
}
