function count(n: number): number {
  const dec = (): boolean => {
    n--;
    return n > 0;
  };
  let k = 0;
  while (dec())
    k++;
  return k + n;
}
export function probe(s: string): string {
  return String(count(s.length));
}
