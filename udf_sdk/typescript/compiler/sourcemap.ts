// Cuts asc's source map down to the user's files, so that a module can carry it (docs/abi.md 1.5).
//
// asc maps every instruction, most of them to its library: half a megabyte. What stays are a few kilobytes: stretches of
// user code, each ended by a segment without a source where library code follows. Columns are byte offsets in the module.

/** A place in lowered text, counted from 0, turned into the user's, counted from 0; `file` if it is another. */
export type MapPlace = (file: string, line: number, column: number) => { file?: string; line: number; column: number };

interface RawMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The map's JSON with only the files of `users`; places go through `toUser`. */
export function cutSourceMap(json: string, users: ReadonlySet<string>, toUser: MapPlace): string {
  const map = JSON.parse(json) as RawMap;
  const sources: string[] = [];
  const indexOf = (file: string): number => (sources.includes(file) ? sources.indexOf(file) : sources.push(file) - 1);
  const out = new Encoder();
  for (const segment of decode(map.mappings)) {
    const file = segment.source < 0 ? "" : (map.sources[segment.source] ?? "");
    if (!users.has(file)) {
      out.gap(segment.offset);
    } else {
      const place = toUser(file, segment.line, segment.column);
      out.place(segment.offset, indexOf(place.file ?? file), place.line, place.column);
    }
  }
  return JSON.stringify({ version: 3, sources, names: [], mappings: out.text() });
}

interface Segment {
  readonly offset: number;
  readonly source: number;
  readonly line: number;
  readonly column: number;
}

/** The segments of a map of one generated line; source -1 = none. */
function* decode(mappings: string): Generator<Segment> {
  let [offset, source, line, column] = [0, 0, 0, 0];
  for (const text of mappings.split(",")) {
    const fields = decodeNumbers(text);
    offset += fields[0] ?? 0;
    if (fields.length < 4) {
      yield { offset, source: -1, line: 0, column: 0 };
      continue;
    }
    source += fields[1] ?? 0;
    line += fields[2] ?? 0;
    column += fields[3] ?? 0;
    yield { offset, source, line, column };
  }
}

function decodeNumbers(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

/** Writes segments, leaving out those that say nothing new. */
class Encoder {
  private readonly parts: string[] = [];
  private offset = 0;
  private source = 0;
  private line = 0;
  private column = 0;
  private isInUserCode = false;

  gap(offset: number): void {
    if (!this.isInUserCode) return;
    this.isInUserCode = false;
    this.parts.push(encodeNumber(offset - this.offset));
    this.offset = offset;
  }

  place(offset: number, source: number, line: number, column: number): void {
    const isSame = source === this.source && line === this.line && column === this.column;
    if (this.isInUserCode && isSame) return;
    this.isInUserCode = true;
    const deltas = [offset - this.offset, source - this.source, line - this.line, column - this.column];
    this.parts.push(deltas.map(encodeNumber).join(""));
    [this.offset, this.source, this.line, this.column] = [offset, source, line, column];
  }

  text(): string {
    return this.parts.join(",");
  }
}

function encodeNumber(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const bits = rest & 31;
    rest >>>= 5;
    text += DIGITS.charAt(rest ? bits | 32 : bits);
  } while (rest);
  return text;
}
