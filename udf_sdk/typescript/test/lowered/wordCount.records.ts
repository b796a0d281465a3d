import * as __lf from "~lf/index";
export class Rec_t0_t1 {
  constructor(public t0: f64, public t1: string) {}
  __read(c: usize, row: i32): void { this.t0 = __lf.readField<f64>(c, 0, row); this.t1 = __lf.readField<string>(c, 1, row); }
  __write(w: usize): void { __lf.writeField<f64>(w, 0, this.t0); __lf.writeField<string>(w, 1, this.t1); }
  __type(): string { return '{"struct":{"fields":[{"name":"t0","type":{"scalar":"FLOAT64"}},{"name":"t1","type":{"scalar":"UTF8"}}]}}'; }
}
