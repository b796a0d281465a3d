export function probe(s: string): string {
  let a = 1, b = 2;
  const c = (a++, b += a, a + b);
  let i = 0;
  for (i = 0, b = 3; i < b; i++, b--)
    ;
  if (s.length > 3) {
    ;
  }
  else if (!s)
    return "empty";
  const o = { "quoted-key": 1, 7: "seven", plain: true };
  return `${a}${b}${c}${i}${o["quoted-key"]}${o[7]}${o["plain"]}`;
}
