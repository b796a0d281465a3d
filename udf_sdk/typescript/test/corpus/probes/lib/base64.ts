const ABC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
function utf8(s: string): number[] {
  const b: number[] = [];
  for (const ch of s) {
    const c = ch.codePointAt(0)!;
    if (c < 0x80)
      b.push(c);
    else if (c < 0x800)
      b.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c < 0x10000)
      b.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else
      b.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  }
  return b;
}
function b64(s: string): string {
  const b = utf8(s);
  let o = "";
  for (let i = 0; i < b.length; i += 3) {
    const has1 = i + 1 < b.length, has2 = i + 2 < b.length;
    const n = (b[i] << 16) | ((has1 ? b[i + 1] : 0) << 8) | (has2 ? b[i + 2] : 0);
    o += ABC[(n >> 18) & 63] + ABC[(n >> 12) & 63] + (has1 ? ABC[(n >> 6) & 63] : "=") + (has2 ? ABC[n & 63] : "=");
  }
  return o;
}
export function probe(s: string): string {
  return b64(s);
}
