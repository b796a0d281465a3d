// Custom sections of a wasm file: dropping and appending. They stand at the file's end, so code offsets stay true.

/** The module without its custom sections of that name. */
export function withoutSection(wasm: Uint8Array, name: string): Uint8Array {
  const kept: Uint8Array[] = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const size = readNumber(wasm, at + 1);
    const end = size.end + size.value;
    if (wasm[at] !== 0 || nameOf(wasm, size.end) !== name) kept.push(wasm.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

/** The module with one more custom section at its end. */
export function withSection(wasm: Uint8Array, name: string, content: Uint8Array): Uint8Array {
  const label = Buffer.from(name, "utf8");
  const body = Buffer.concat([numberBytes(label.length), label, content]);
  return Buffer.concat([wasm, Buffer.from([0]), numberBytes(body.length), body]);
}

function nameOf(wasm: Uint8Array, at: number): string {
  const length = readNumber(wasm, at);
  return Buffer.from(wasm.subarray(length.end, length.end + length.value)).toString("utf8");
}

function readNumber(wasm: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = wasm[at++] ?? 0;
    value |= (byte & 127) << shift;
    if (byte < 128) return { value: value >>> 0, end: at };
  }
}

function numberBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 127;
    rest >>>= 7;
    bytes.push(rest ? low | 128 : low);
  } while (rest);
  return Buffer.from(bytes);
}
