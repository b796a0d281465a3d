function map(xs: number[]): number {
  return xs.length;
}
const length = 3;
const name = "n";
const string = "x";
const i32 = 5;
const abort = 1;
const f64 = "q";
const load = 2;
export function probe(s: string): string {
  const select = s.length;
  const min = 1, max = 2;
  const type = "t", of = 1, from = 2, get = 3, set = 4, is = 5, namespace = 6, declare = 7, module = 8;
  return `${map([1])}${length}${name}${string}${i32}${abort}${f64}${load}${select}${min}${max}${type}${of}${from}${get}${set}${is}${namespace}${declare}${module}`;
}
