class Parser {
  private i = 0;
  constructor(private readonly t: string) {
  }
  parse(): number {
    return this.expr();
  }
  private expr(): number {
    let v = this.term();
    while (this.i < this.t.length) {
      const c = this.t[this.i];
      if (c === "+") {
        this.i++;
        v += this.term();
      }
      else if (c === "-") {
        this.i++;
        v -= this.term();
      }
      else
        break;
    }
    return v;
  }
  private term(): number {
    let v = this.factor();
    for (;;) {
      const c = this.t.charAt(this.i);
      if (c === "*") {
        this.i++;
        v *= this.factor();
      }
      else if (c === "/") {
        this.i++;
        v /= this.factor();
      }
      else
        return v;
    }
  }
  private factor(): number {
    if (this.t.charAt(this.i) === "(") {
      this.i++;
      const v = this.expr();
      this.i++;
      return v;
    }
    const start = this.i;
    while (this.i < this.t.length && "0123456789.".includes(this.t[this.i]))
      this.i++;
    return Number(this.t.slice(start, this.i));
  }
}
export function probe(s: string): string {
  return new Parser("2*(3+4)-10/4+" + s.length).parse() + "";
}
