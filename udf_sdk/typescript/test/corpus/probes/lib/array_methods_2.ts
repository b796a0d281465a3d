export function probe(s: string): string {
  const xs = s.split("").map((c) => c.charCodeAt(0) % 10);
  const ys = xs.slice();
  ys.splice(ys.length >> 1, 0, 99);
  const z = xs.map((x, i, all) => x + all.length);
  return `${xs.join("")} ${ys.join("")} ${z.length} ${xs.lastIndexOf(4)} ${xs.findLast((x) => x > 5) ?? -1} ${xs.some((x) => x === 9)} ${[...xs.keys()].length}`;
}
