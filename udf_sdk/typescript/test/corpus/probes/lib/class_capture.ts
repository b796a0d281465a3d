class Acc {
  private total = 0;
  each(xs: number[]): this {
    xs.forEach((x) => {
      this.total += x;
    });
    return this;
  }
  run(f: (t: number) => string): string {
    return f(this.total);
  }
}
export function probe(s: string): string {
  const k = s.length;
  return new Acc().each([1, 2, k]).run((t) => `${t * k}`);
}
