export function probe(s: string): string {
  let o = "";
  for (let i = 0; i < 500; i++)
    o += s.charAt(i % (s.length || 1)) + i;
  return o.length + ":" + o.slice(-20);
}
