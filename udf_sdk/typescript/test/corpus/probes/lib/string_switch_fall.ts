export function probe(s: string): string {
  let r = "";
  switch (s.charAt(0)) {
    case "h":
    case "a": r += "1";
    case "t":
      r += "2";
      break;
    default: r += "d";
    case "B": r += "B";
  }
  return r;
}
