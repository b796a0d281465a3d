type Level = 1 | 2 | 3;
type Flag = true | false;
type Mixed = "a" | "b";
function lvl(s: string): Level {
  return s.length > 10 ? 3 : s.length > 3 ? 2 : 1;
}
export function probe(s: string): string {
  const l: Level = lvl(s);
  const f: Flag = l === 3;
  const m: Mixed = f ? "a" : "b";
  const w: {
    [K in "x" | "y"]: number;
  } = { x: 1, y: 2 };
  return `${l}${f}${m}${w.x}`;
}
