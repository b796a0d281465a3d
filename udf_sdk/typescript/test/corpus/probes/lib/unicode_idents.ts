const größe = 5;
const 名前 = "n";
function naïve(x: number): number {
  return x + größe;
}
class Ünit {
  ß = 1;
}
type Ärger = {
  ö: string;
};
export function probe(s: string): string {
  const e: Ärger = { ö: s };
  return `${naïve(1)}${名前}${new Ünit().ß}${e.ö}`;
}
