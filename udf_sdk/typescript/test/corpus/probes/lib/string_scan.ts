function words(s: string): string[] {
  const out: string[] = [];
  let cur = "";
  for (let i = 0; i < s.length; i++) {
    const c = s[i];
    const isLetter = (c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || c > "\u007f";
    if (isLetter)
      cur += c.toLowerCase();
    else if (cur.length) {
      out.push(cur);
      cur = "";
    }
  }
  if (cur !== "")
    out.push(cur);
  return out;
}
export function probe(s: string): string {
  return words(s + "! It's x2 d\u00e9j\u00e0-vu").join("|");
}
