interface Visitor {
  num(n: number): string;
  add(a: Expr, b: Expr): string;
}
abstract class Expr {
  abstract accept(v: Visitor): string;
}
class Num extends Expr {
  constructor(readonly n: number) {
    super();
  }
  accept(v: Visitor): string {
    return v.num(this.n);
  }
}
class Add extends Expr {
  constructor(readonly a: Expr, readonly b: Expr) {
    super();
  }
  accept(v: Visitor): string {
    return v.add(this.a, this.b);
  }
}
class Show implements Visitor {
  num(n: number): string {
    return String(n);
  }
  add(a: Expr, b: Expr): string {
    return `(${a.accept(this)}+${b.accept(this)})`;
  }
}
class Count implements Visitor {
  total = 0;
  num(n: number): string {
    this.total += n;
    return "";
  }
  add(a: Expr, b: Expr): string {
    a.accept(this);
    b.accept(this);
    return "";
  }
}
export function probe(s: string): string {
  const e = new Add(new Num(1), new Add(new Num(s.length), new Num(3)));
  const c = new Count();
  e.accept(c);
  return e.accept(new Show()) + c.total;
}
