class Stack<T> {
  private xs: T[] = [];
  push(x: T): this {
    this.xs.push(x);
    return this;
  }
  pop(): T | undefined {
    return this.xs.pop();
  }
  peek(): T {
    return this.xs[this.xs.length - 1];
  }
  get size(): number {
    return this.xs.length;
  }
  map<U>(f: (x: T) => U): Stack<U> {
    const r = new Stack<U>();
    for (const x of this.xs)
      r.push(f(x));
    return r;
  }
}
export function probe(s: string): string {
  const st = new Stack<number>().push(1).push(2).push(s.length);
  const strs = st.map((n) => "n" + n);
  const top = strs.pop();
  const nums = st.pop() ?? -1;
  return `${top ?? "none"} ${nums} ${st.size} ${strs.peek()}`;
}
