type K = "a" | "b";
function un(x: never): never {
  throw new Error("no " + x);
}
function f(k: K): number {
  switch (k) {
    case "a": return 1;
    case "b": return 2;
    default: return un(k);
  }
}
export function probe(s: string): string {
  return `${f(s.length % 2 ? "a" : "b")}`;
}
