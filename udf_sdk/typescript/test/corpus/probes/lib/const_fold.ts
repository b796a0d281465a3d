const A = 5;
const B = A * 2;
const NAME = "n" + B;
const LIST = [A, B].map((x) => x + 1);
const OBJ = { a: A, b: { c: NAME } };
export function probe(s: string): string {
  return NAME + LIST.join() + OBJ.b.c + (A > 3 ? "y" : "n");
}
