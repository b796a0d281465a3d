export function probe(s: string): string {
  let r = s;
  r += 1;
  r += true;
  r += null;
  r += undefined;
  r += [1, 2];
  let n = 5;
  n += +"3";
  r = 1 + r;
  r = r + n + 1 + (2 + 3);
  return r;
}
