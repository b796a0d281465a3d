// Where a trap happened, by the module's own source map: the first frame of the error that lies in the user's files.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** {file, line, column}, from 1, or null. */
export function placeOf(module, error) {
  const [section] = WebAssembly.Module.customSections(module, "lightflus.sourcemap");
  const map = JSON.parse(Buffer.from(section).toString("utf8"));
  const segments = decode(map.mappings);
  for (const [, offset] of error.stack.matchAll(/wasm-function\[\d+\]:0x([0-9a-f]+)/g)) {
    const segment = segments.findLast((s) => s.offset <= parseInt(offset, 16));
    if (segment?.source !== undefined) return { file: map.sources[segment.source], line: segment.line + 1, column: segment.column + 1 };
  }
  return null;
}

function decode(mappings) {
  let [offset, source, line, column] = [0, 0, 0, 0];
  return mappings.split(",").map((text) => {
    const fields = numbers(text);
    offset += fields[0];
    if (fields.length < 4) return { offset };
    source += fields[1];
    line += fields[2];
    column += fields[3];
    return { offset, source, line, column };
  });
}

function numbers(text) {
  const out = [];
  let [value, shift] = [0, 0];
  for (const digit of text) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    out.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return out;
}
