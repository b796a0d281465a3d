const __x = 1;
const env = 5;
let t0 = 2;
const found = 3;
const str = "s";
const truthy = true;
function array_map(x: number): number {
  return x + env;
}
function fail(s: string): string {
  return s + found;
}
function index(a: string): string {
  return a;
}
class Stream2 {
  node = 1;
}
class Rec {
  a = 1;
}
class Frame {
  b = 2;
}
class Closure {
  c = 3;
}
class Some {
  value = 4;
}
class JsMap {
  k = 5;
}
class Batch {
  z = 1;
}
export function probe(s: string): string {
  const self = 1, it = 2, frame = 3, fn = 4, __p0 = 5;
  return `${array_map(__x)}${fail(str)}${index(s)}${t0}${truthy}${new Stream2().node}${new Rec().a}${new Frame().b}${new Closure().c}${new Some().value}${new JsMap().k}${new Batch().z}${self}${it}${frame}${fn}${__p0}${[1].map((env) => env + it).join()}`;
}
