class Temp {
  static #count = 7;
  static get count(): number {
    return Temp.#count;
  }
  constructor(readonly c: number) {
  }
  get f(): number {
    return this.c * 9 / 5 + 32;
  }
  static fromF(f: number): Temp {
    return new Temp((f - 32) * 5 / 9);
  }
}
export function probe(s: string): string {
  return `${Temp.count} ${new Temp(s.length).f} ${Temp.fromF(212).c}`;
}
