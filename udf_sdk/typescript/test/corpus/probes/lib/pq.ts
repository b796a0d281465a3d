class Heap<T> {
  private a: T[] = [];
  constructor(private less: (x: T, y: T) => boolean) {
  }
  push(x: T): void {
    this.a.push(x);
    let i = this.a.length - 1;
    while (i > 0) {
      const p = (i - 1) >> 1;
      if (!this.less(this.a[i], this.a[p]))
        break;
      [this.a[i], this.a[p]] = [this.a[p], this.a[i]];
      i = p;
    }
  }
  pop(): T | undefined {
    if (this.a.length === 0)
      return undefined;
    const top = this.a[0];
    const last = this.a.pop()!;
    if (this.a.length > 0) {
      this.a[0] = last;
      let i = 0;
      for (;;) {
        const l = 2 * i + 1, r = l + 1;
        let m = i;
        if (l < this.a.length && this.less(this.a[l], this.a[m]))
          m = l;
        if (r < this.a.length && this.less(this.a[r], this.a[m]))
          m = r;
        if (m === i)
          break;
        [this.a[i], this.a[m]] = [this.a[m], this.a[i]];
        i = m;
      }
    }
    return top;
  }
}
export function probe(s: string): string {
  const h = new Heap<string>((x, y) => x < y);
  for (const w of s.split(" "))
    h.push(w);
  const out: string[] = [];
  for (let x = h.pop(); x !== undefined; x = h.pop())
    out.push(x);
  return out.join(",");
}
