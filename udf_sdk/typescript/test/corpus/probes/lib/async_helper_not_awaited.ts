const delay = 5;
export function probe(s: string): string {
  const xs = [3, 1, 2];
  const sorted = [...xs].sort();
  const rev = [...xs].reverse();
  const max = Math.max(...xs), min = Math.min(...xs, delay);
  return `${xs} ${sorted} ${rev} ${max} ${min} ${xs.length}`;
}
