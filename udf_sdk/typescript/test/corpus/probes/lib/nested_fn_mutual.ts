export function probe(s: string): string {
  function even(n: number): boolean {
    return n === 0 || odd(n - 1);
  }
  function odd(n: number): boolean {
    return n !== 0 && even(n - 1);
  }
  return String(even(s.length)) + odd(3);
}
