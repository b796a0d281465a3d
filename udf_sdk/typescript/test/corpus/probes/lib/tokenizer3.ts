type Tok = {
  t: "num" | "op" | "id";
  v: string;
};
const isDigit = (c: string): boolean => c >= "0" && c <= "9";
const isAlpha = (c: string): boolean => c.toLowerCase() !== c.toUpperCase();
function lex(s: string): Tok[] {
  const out: Tok[] = [];
  let i = 0;
  const take = (p: (c: string) => boolean): string => {
    const st = i;
    while (i < s.length && p(s[i]))
      i++;
    return s.slice(st, i);
  };
  while (i < s.length) {
    const c = s[i];
    if (isDigit(c))
      out.push({ t: "num", v: take(isDigit) });
    else if (isAlpha(c))
      out.push({ t: "id", v: take(isAlpha) });
    else {
      if (c !== " ")
        out.push({ t: "op", v: c });
      i++;
    }
  }
  return out;
}
export function probe(s: string): string {
  return lex(s + " x1+22").map((t) => `${t.t}:${t.v}`).join(" ");
}
