export function probe(s: string): string {
  const n = 5;
  const f = (x: number): number => x;
  return `${typeof s} ${typeof n} ${typeof true} ${typeof f} ${typeof { a: 1 }} ${typeof [1]} ${typeof undefined} ${typeof 1n}`;
}
