// Sets of characters as ranges: what a class of a pattern matches, asked of JavaScript itself, so that \s, \p{L}, ignoring case and all
// else mean exactly what they mean there. Pure.

/** Ranges from..to of units (with the flag u: of code points), ascending, with gaps between them. */
export type Ranges = readonly (readonly [from: number, to: number])[];

export const NOTHING: Ranges = [];

const cache = new Map<string, Ranges>();

/** The characters that the text of one class or escape matches under the flags. */
export function charactersOf(source: string, flags: { readonly ignoreCase: boolean; readonly unicode: boolean }): Ranges {
  const key = `${flags.ignoreCase}${flags.unicode}${source}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const pattern = new RegExp(`(?:${source})+`, `gs${flags.ignoreCase ? "i" : ""}${flags.unicode ? "u" : ""}`);
  const ranges = flags.unicode ? pointsOf(pattern) : unitsOf(pattern);
  cache.set(key, ranges);
  return ranges;
}

let units: string | undefined;
let points: readonly (readonly [first: number, text: string])[] | undefined;

/** The units from..to as text. */
function textOf(from: number, to: number): string {
  let text = "";
  for (let c = from; c <= to; c++) text += String.fromCodePoint(c);
  return text;
}

function unitsOf(pattern: RegExp): Ranges {
  units ??= textOf(0, 0xffff);
  return [...units.matchAll(pattern)].map((m) => [m.index, m.index + m[0].length - 1] as const);
}

/** Halves of pairs are asked apart, so that they do not become pairs. */
function pointsOf(pattern: RegExp): Ranges {
  points ??= [
    [0, textOf(0, 0xd7ff)],
    [0xd800, textOf(0xd800, 0xdbff)],
    [0xdc00, textOf(0xdc00, 0xdfff)],
    [0xe000, textOf(0xe000, 0xffff)],
    [0x10000, textOf(0x10000, 0x10ffff)],
  ];
  return union(points.flatMap(([first, text]) => {
    const width = first === 0x10000 ? 2 : 1;
    return [...text.matchAll(pattern)].map((m) => [first + m.index / width, first + (m.index + m[0].length) / width - 1] as const);
  }));
}

/** All of the ranges, in order and joined. */
export function union(ranges: Ranges): Ranges {
  const out: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

/** No character is in both. */
export function areDisjoint(a: Ranges, b: Ranges): boolean {
  return a.every(([from, to]) => b.every(([low, high]) => to < low || high < from));
}
