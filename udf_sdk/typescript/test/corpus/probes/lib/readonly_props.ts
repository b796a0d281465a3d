class P {
  constructor(public readonly x: number, protected y = 2, readonly tags: readonly string[] = ["d"]) {
  }
  sum(): number {
    return this.x + this.y;
  }
}
export function probe(s: string): string {
  const p = new P(1), q = new P(s.length, 5, ["a", "b"]);
  return `${p.sum()} ${q.sum()} ${p.tags.length}${q.tags.join()}`;
}
