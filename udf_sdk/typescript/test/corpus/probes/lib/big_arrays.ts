export function probe(s: string): string {
  const xs: number[] = [];
  for (let i = 0; i < 3000; i++)
    xs.push((i * 7919) % 3001);
  const m = new Map<number, number>();
  for (const x of xs)
    m.set(x % 97, (m.get(x % 97) ?? 0) + x);
  xs.sort((a, b) => a - b);
  let t = "";
  for (const [k, v] of m)
    if (k % 13 === 0)
      t += `${k}:${v} `;
  return xs.slice(0, 3).join() + t + s.length;
}
