class Reg {
  static items: string[] = ["base"];
  static readonly size: number = Reg.items.length;
  label: string;
  extra = this.make();
  constructor(l: string) {
    this.label = l;
  }
  make(): string {
    return "made";
  }
}
export function probe(s: string): string {
  const r = new Reg(s);
  return r.extra + r.label + Reg.size + Reg.items[0];
}
