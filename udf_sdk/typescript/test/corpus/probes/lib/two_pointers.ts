function isPal(s: string): boolean {
  const t = s.toLowerCase().split("").filter((c) => c >= "a" && c <= "z");
  for (let i = 0, j = t.length - 1; i < j; ++i, --j)
    if (t[i] !== t[j])
      return false;
  return true;
}
export function probe(s: string): string {
  return `${isPal(s)} ${isPal("A man, a plan, a canal: Panama")}`;
}
