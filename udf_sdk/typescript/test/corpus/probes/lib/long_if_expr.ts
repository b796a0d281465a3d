export function probe(s: string): string {
  const ok = s.length > 0 && (s[0] === "h" || s[0] === "a") && !(s.endsWith(" ") || s.trim() !== s);
  const n = ok ? s.split(" ").filter((w, i, all) => all.indexOf(w) === i).length : NaN;
  return `${ok} ${n}`;
}
