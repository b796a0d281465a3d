export function probe(s: string): string {
  let i = 0;
  let out = "";
  let at: number;
  while ((at = s.indexOf(" ", i)) >= 0) {
    out += at + ",";
    i = at + 1;
  }
  return out;
}
