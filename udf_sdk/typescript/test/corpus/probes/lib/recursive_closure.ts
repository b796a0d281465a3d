export function probe(s: string): string {
  const walk = (n: number, path: string): string[] => {
    if (n === 0)
      return [path];
    return [...walk(n - 1, path + "L"), ...walk(n - 1, path + "R")];
  };
  return walk(2, s.charAt(0)).join();
}
