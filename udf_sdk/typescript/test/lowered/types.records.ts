import * as __lf from "~lf/index"; import { Some } from "~lf/boxes";

export class Point {
  constructor(public x: f64, public label: string | null) {}
  __read(c: usize, row: i32): void { this.x = __lf.readField<f64>(c, 0, row); this.label = __lf.readField<string | null>(c, 1, row); }
  __write(w: usize): void { __lf.writeField<f64>(w, 0, this.x); __lf.writeField<string | null>(w, 1, this.label); }
  __type(): string { return '{"struct":{"fields":[{"name":"x","type":{"scalar":"FLOAT64"}},{"name":"label","type":{"nullable":true,"scalar":"UTF8"}}]}}'; }
}

export class All {
  constructor(
    public number: f64, public flag: bool, public big: i64, public text: string, public maybe: string | null,
    public point: Point, public maybePoint: Point | null, public numbers: Array<f64>, public texts: Array<string | null>,
    public points: Array<Point>, public maybeFlags: Array<bool> | null, public nested: Array<Array<string>>,
    public small: i8, public medium: u16, public whole: i32, public natural: u64, public single: f32,
    public maybeNumber: Some<f64> | null, public maybeFlag: Some<bool> | null, public maybeBigs: Array<Some<i64> | null>,
  ) {}
  __read(c: usize, row: i32): void {
    this.number = __lf.readField<f64>(c, 0, row); this.flag = __lf.readField<bool>(c, 1, row); this.big = __lf.readField<i64>(c, 2, row);
    this.text = __lf.readField<string>(c, 3, row); this.maybe = __lf.readField<string | null>(c, 4, row);
    this.point = __lf.readField<Point>(c, 5, row); this.maybePoint = __lf.readField<Point | null>(c, 6, row);
    this.numbers = __lf.readField<Array<f64>>(c, 7, row); this.texts = __lf.readField<Array<string | null>>(c, 8, row);
    this.points = __lf.readField<Array<Point>>(c, 9, row); this.maybeFlags = __lf.readField<Array<bool> | null>(c, 10, row);
    this.nested = __lf.readField<Array<Array<string>>>(c, 11, row);
    this.small = __lf.readField<i8>(c, 12, row); this.medium = __lf.readField<u16>(c, 13, row); this.whole = __lf.readField<i32>(c, 14, row);
    this.natural = __lf.readField<u64>(c, 15, row); this.single = __lf.readField<f32>(c, 16, row);
    this.maybeNumber = __lf.readField<Some<f64> | null>(c, 17, row); this.maybeFlag = __lf.readField<Some<bool> | null>(c, 18, row);
    this.maybeBigs = __lf.readField<Array<Some<i64> | null>>(c, 19, row);
  }
  __write(w: usize): void {
    __lf.writeField<f64>(w, 0, this.number); __lf.writeField<bool>(w, 1, this.flag); __lf.writeField<i64>(w, 2, this.big);
    __lf.writeField<string>(w, 3, this.text); __lf.writeField<string | null>(w, 4, this.maybe);
    __lf.writeField<Point>(w, 5, this.point); __lf.writeField<Point | null>(w, 6, this.maybePoint);
    __lf.writeField<Array<f64>>(w, 7, this.numbers); __lf.writeField<Array<string | null>>(w, 8, this.texts);
    __lf.writeField<Array<Point>>(w, 9, this.points); __lf.writeField<Array<bool> | null>(w, 10, this.maybeFlags);
    __lf.writeField<Array<Array<string>>>(w, 11, this.nested);
    __lf.writeField<i8>(w, 12, this.small); __lf.writeField<u16>(w, 13, this.medium); __lf.writeField<i32>(w, 14, this.whole);
    __lf.writeField<u64>(w, 15, this.natural); __lf.writeField<f32>(w, 16, this.single);
    __lf.writeField<Some<f64> | null>(w, 17, this.maybeNumber); __lf.writeField<Some<bool> | null>(w, 18, this.maybeFlag);
    __lf.writeField<Array<Some<i64> | null>>(w, 19, this.maybeBigs);
  }
  __type(): string {
    return '{"struct":{"fields":[{"name":"number","type":' + __lf.typeOf<f64>() + '},{"name":"flag","type":' + __lf.typeOf<bool>() + '},{"name":"big","type":' + __lf.typeOf<i64>()
      + '},{"name":"text","type":' + __lf.typeOf<string>() + '},{"name":"maybe","type":' + __lf.typeOf<string | null>() + '},{"name":"point","type":' + __lf.typeOf<Point>()
      + '},{"name":"maybePoint","type":' + __lf.typeOf<Point | null>() + '},{"name":"numbers","type":' + __lf.typeOf<Array<f64>>() + '},{"name":"texts","type":' + __lf.typeOf<Array<string | null>>()
      + '},{"name":"points","type":' + __lf.typeOf<Array<Point>>() + '},{"name":"maybeFlags","type":' + __lf.typeOf<Array<bool> | null>() + '},{"name":"nested","type":' + __lf.typeOf<Array<Array<string>>>()
      + '},{"name":"small","type":' + __lf.typeOf<i8>() + '},{"name":"medium","type":' + __lf.typeOf<u16>() + '},{"name":"whole","type":' + __lf.typeOf<i32>()
      + '},{"name":"natural","type":' + __lf.typeOf<u64>() + '},{"name":"single","type":' + __lf.typeOf<f32>()
      + '},{"name":"maybeNumber","type":' + __lf.typeOf<Some<f64> | null>() + '},{"name":"maybeFlag","type":' + __lf.typeOf<Some<bool> | null>()
      + '},{"name":"maybeBigs","type":' + __lf.typeOf<Array<Some<i64> | null>>() + '}]}}';
  }
}
