class A {
  items: string[] = [];
  n = 0;
  constructor(private p: string) {
  }
  addAll(xs: string[]): void {
    xs.forEach((x) => {
      this.items.push(this.p + x);
      this.n++;
    });
  }
}
export function probe(s: string): string {
  const a = new A("-");
  a.addAll(s.split(" "));
  return a.items.join() + a.n;
}
