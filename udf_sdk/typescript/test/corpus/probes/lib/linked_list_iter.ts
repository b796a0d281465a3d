class Node1<T> {
  next: Node1<T> | null = null;
  constructor(public v: T) {
  }
}
class List<T> {
  head: Node1<T> | null = null;
  tail: Node1<T> | null = null;
  n = 0;
  add(v: T): this {
    const x = new Node1(v);
    if (this.tail)
      this.tail.next = x;
    else
      this.head = x;
    this.tail = x;
    this.n++;
    return this;
  }
  toArray(): T[] {
    const out: T[] = [];
    let c = this.head;
    while (c) {
      out.push(c.v);
      c = c.next;
    }
    return out;
  }
  reverse(): void {
    let p: Node1<T> | null = null;
    let c = this.head;
    this.tail = c;
    while (c !== null) {
      const nx: Node1<T> | null = c.next;
      c.next = p;
      p = c;
      c = nx;
    }
    this.head = p;
  }
}
export function probe(s: string): string {
  const l = new List<string>();
  s.split(" ").forEach((w) => l.add(w));
  l.reverse();
  return l.toArray().join() + l.n;
}
