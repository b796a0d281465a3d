type H = {
  on?: (s: string) => string;
  tag: string;
};
export function probe(s: string): string {
  const h: H = { tag: "t" };
  const g: H = { tag: "u", on: (x) => x + "!" };
  return `${h.on?.(s) ?? "none"} ${g.on?.(s) ?? "none"} ${g.on!(s)}`;
}
