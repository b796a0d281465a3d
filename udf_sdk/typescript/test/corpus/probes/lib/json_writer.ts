type V = {
  kind: "num" | "str" | "list";
  n: number;
  s: string;
  items: V[];
};
const num = (n: number): V => ({ kind: "num", n, s: "", items: [] });
const str = (s: string): V => ({ kind: "str", n: 0, s, items: [] });
const list = (items: V[]): V => ({ kind: "list", n: 0, s: "", items });
function write(v: V): string {
  switch (v.kind) {
    case "num": return `${v.n}`;
    case "str": return '"' + v.s.replaceAll("\\", "\\\\").replaceAll('"', '\\"') + '"';
    default: return "[" + v.items.map(write).join(",") + "]";
  }
}
export function probe(s: string): string {
  return write(list([num(s.length), str(s), list([num(1.5), str('q"')]), list([])]));
}
