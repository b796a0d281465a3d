function rot13(s: string): string {
  return s.split("").map((c) => {
    const k = c.charCodeAt(0);
    if (k >= 65 && k <= 90)
      return String.fromCharCode(((k - 65 + 13) % 26) + 65);
    if (k >= 97 && k <= 122)
      return String.fromCharCode(((k - 97 + 13) % 26) + 97);
    return c;
  }).join("");
}
export function probe(s: string): string {
  return rot13(s) + rot13(rot13(s));
}
