type Edge = {
  to: string;
  w: number;
};
export function probe(s: string): string {
  const g = new Map<string, Edge[]>([["a", [{ to: "b", w: 1 }, { to: "c", w: 4 }]], ["b", [{ to: "c", w: 2 }]], ["c", []]]);
  const dist = new Map<string, number>();
  for (const k of g.keys())
    dist.set(k, Infinity);
  dist.set("a", 0);
  const todo = new Set(g.keys());
  while (todo.size > 0) {
    let u = "";
    for (const k of todo)
      if (u === "" || dist.get(k)! < dist.get(u)!)
        u = k;
    todo.delete(u);
    for (const { to, w } of g.get(u) ?? []) {
      const d = dist.get(u)! + w;
      if (d < dist.get(to)!)
        dist.set(to, d);
    }
  }
  return [...dist].map(([k, d]) => k + d).join() + s.length;
}
