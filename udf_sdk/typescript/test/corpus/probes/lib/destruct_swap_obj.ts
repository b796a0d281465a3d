export function probe(s: string): string {
  let o = { a: 1, b: 2 };
  ({ a: o.b, b: o.a } = { a: 10, b: 20 });
  let a = 0, b = "";
  [a, b] = [s.length, s];
  ({ a, b } = { a: 5, b: "z" });
  const [[x], { y: [, w] }] = [[1], { y: [2, 3] }] as [
    number[],
    {
      y: number[];
    }
  ];
  return `${o.a}${o.b}${a}${b}${x}${w}`;
}
