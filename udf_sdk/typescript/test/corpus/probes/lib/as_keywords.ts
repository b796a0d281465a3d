type i32 = {
  v: number;
};
interface Object2 {
  u8: number;
  usize: string;
  StaticArray: boolean;
}
class Vec {
  constructor(public x: number) {
  }
  add(o: Vec): Vec {
    return new Vec(this.x + o.x);
  }
}
export function probe(s: string): string {
  const a: i32 = { v: 1 };
  const o: Object2 = { u8: 1, usize: "z", StaticArray: true };
  return `${a.v}${o.u8}${o.usize}${o.StaticArray}${new Vec(1).add(new Vec(2)).x}${s.length}`;
}
