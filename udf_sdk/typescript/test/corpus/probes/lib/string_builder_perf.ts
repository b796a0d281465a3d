export function probe(s: string): string {
  const parts: string[] = [];
  for (let i = 0; i < 200; i++)
    parts.push(String(i % 7));
  let acc = "";
  for (const p of parts)
    acc += p;
  return acc.length + acc.slice(-5) + s.length;
}
