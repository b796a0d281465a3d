const $ = 1, _ = 2, $a_b$ = 3;
type $T = {
  $x: number;
  _y: string;
};
export function probe($s: string): string {
  const o: $T = { $x: 1, _y: $s };
  return `${$}${_}${$a_b$}${o.$x}${o._y}`;
}
