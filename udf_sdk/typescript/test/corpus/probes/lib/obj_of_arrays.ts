type Col = {
  names: string[];
  scores: number[];
  flags: boolean[];
};
export function probe(s: string): string {
  const c: Col = { names: [], scores: [], flags: [] };
  s.split(" ").forEach((w, i) => {
    c.names.push(w);
    c.scores.push(i * 1.5);
    c.flags.push(i % 2 === 0);
  });
  c.scores[0] = -1;
  c.flags[0] = !c.flags[0];
  return c.names.map((n, i) => `${n}${c.scores[i]}${c.flags[i]}`).join();
}
