function bucket(n: number): {
  label: string;
  min: number;
} {
  return n < 2 ? { label: "xs", min: 0 } : n < 6 ? { label: "s", min: 2 } : { label: "l", min: 6 };
}
export function probe(s: string): string {
  const { label, min } = bucket(s.length);
  return label + min + bucket(1).label;
}
