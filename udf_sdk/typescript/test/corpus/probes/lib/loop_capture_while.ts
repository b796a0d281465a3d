export function probe(s: string): string {
  const fs: (() => string)[] = [];
  let i = 0;
  while (i < 3) {
    const k = i;
    fs.push(() => `${k}/${i}`);
    i++;
  }
  for (let j = 0; j < 2; j++) {
    fs.push(() => `j${j}`);
  }
  return fs.map((f) => f()).join(" ") + s.length;
}
