export function probe(s: string): string {
  let acc = 0;
  const inc = (): void => {
    acc++;
  };
  inc();
  inc();
  let msg = "a";
  const get = (): string => msg;
  msg = "b";
  const r1 = get();
  msg = s;
  return `${acc}${r1}${get()}`;
}
