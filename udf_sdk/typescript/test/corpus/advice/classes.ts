// Advice about classes, functions and what they capture.
class Base {
  static n = 1;
  a = 1;
  protected v = 2;
  get size(): number | undefined { return this.v; }
  call(): string { return "base"; }
}
class Special extends Base {
  // way out: write ….…, or declare 'static override …' in the derived class
  static override n = 10;
  // way out: write … instead of this
  static twice(): number { return Special.n * 2; }
  // way out: leave the type of '…', or give this member another name
  declare a: number;
  // way out: write get …() here, with a field of another name behind it
  private readonly held = 3;
  override get size(): number | undefined { return this.held; }
  // way out: write this. instead of super.
  raise(): number { this.v = 5; return this.v; }
  // way out: give it another name
  callTwice(): string { return this.call() + this.call(); }
  // way out: write it as a method
  double(s: string): string { return s + s; }
  // way out: use a plain name
  plain(): string { return "plain"; }
  // way out: write the types of '…' here, and convert inside, or give this member another name
  override call(): string { return `${this.v}`; }
}
abstract class Named {
  // way out: write abstract get …() in '…'
  abstract get name(): string;
}
// way out: declare the class at the top level of the file
// way out: move the class to the top level of the file
class Title extends Named {
  // way out: hold the built-in object in a field
  // way out: use a class with methods
  constructor(private readonly held: Map<string, number>) { super(); }
  get name(): string { return `${this.held.size}`; }
  toString(): string { return this.name; }
}
// way out: use fields, methods, getters, setters and static members
class Account {
  // way out: give it an initial value
  private held = 0;
  // way out: give the field its value first: declare it above, call the method when the object is made, or say T | undefined in its type
  note: string | undefined;
  static made = 0;
  get value(): number { return this.held; }
  set value(n: number) { this.held = n; }
  // way out: call it in the method, and use the result in the function
  scaled(xs: number[]): number[] { const base = this.value; return xs.map((x) => x * base); }
}
// way out: make the type parameter one of the class, or give this method another name
class Box<T> {
  constructor(readonly value: T) {}
  // way out: give it a method that answers the text
  text(): string { return `${this.value}`; }
}
// way out: make it a function
function boxed<T>(value: T): Box<T> { return new Box<T>(value); }
// way out: make it a const of the file
const LARGEST = 9;
interface Shape { area(): number }
// way out: classes implement '…': make this one a class that implements it, too
class Square implements Shape { constructor(private readonly side: number) {} area(): number { return this.side * this.side; } }
// way out: use a class, or an arrow function as a field
interface Rule { limit: number; test: (n: number) => boolean }
function positive(n: number): number { if (n < 0) throw new Error("n is negative"); return n; }

export function classes(s: string): string[] {
  const special = new Special();
  const account = new Account();
  account.value = 2;
  const rule: Rule = { limit: 3, test: (n) => n < 3 };
  // way out: write new …(...)
  const shapes: Shape[] = [new Square(2)];
  // way out: name the base class
  const fromBase = Base.n;
  // way out: name the object
  const own = special.size;
  return [
    `${special.raise()}${special.double(s)}${special.plain()}${special.call()}${special.callTwice()}${special.a}`, `${new Title(new Map([[s, 1]]))}`, account.scaled([1, 2]).join(), account.note ?? "-",
    boxed(s).text(), `${LARGEST}${Account.made}${fromBase}${Special.n}${own}`, shapes.map((x) => x.area()).join(), `${rule.test(rule.limit)}`, `${positive(1)}`,
  ];
}
