export function probe(s: string): string {
  return `\u{1F600}`.length + "\x41\u0042".length + 'it\'s' + "tab\tnl\\n" + `a\
b` + "\b\f\v\0".length;
}
