export function probe(s: string): string {
  const f = (s: number): number => {
    const t = s * 2;
    return [1].map((s) => s + t)[0];
  };
  {
    const s = "inner";
    if (s.length) {
      let s = 5;
      s++;
      return `${s}${f(s)}`;
    }
  }
  return s;
}
