enum Op {
  Add = "+",
  Sub = "-"
}
const PRIORITY = new Map<Op, number>([[Op.Add, 1], [Op.Sub, 2]]);
export function probe(s: string): string {
  const op = s.length % 2 ? Op.Add : Op.Sub;
  return op + (PRIORITY.get(op) ?? 0) + (op === Op.Add ? "plus" : "minus");
}
