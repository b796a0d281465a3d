function grade(n: number): string {
  if (n > 90)
    return "A";
  else if (n > 80) {
    return "B";
  }
  else if (n > 70)
    return "C";
  else {
    if (n < 0) {
      return "neg";
    }
  }
  return "F";
}
export function probe(s: string): string {
  return [95, 85, 75, 5, -1, s.length * 3].map(grade).join("");
}
