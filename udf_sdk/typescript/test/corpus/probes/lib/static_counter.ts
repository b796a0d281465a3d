class IdGen {
  static readonly prefix = "id";
  private static base = 10;
  static next(n: number): string {
    return IdGen.prefix + (IdGen.base + n);
  }
}
export function probe(s: string): string {
  return IdGen.next(s.length);
}
