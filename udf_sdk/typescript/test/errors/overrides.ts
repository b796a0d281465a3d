// Members that a base has with other types.
interface Format {
  show(n: number): string;
}

class Plain implements Format {
  show(n: number, width?: number): string { // error
    return n.toFixed(width ?? 0);
  }
  sum(n: number, times = 2): number {
    return n * times;
  }
  log(n: number): void {}
  get size(): number | undefined {
    return undefined;
  }
}

export class Loud extends Plain {
  override sum(n: number, times: number): number { // error
    return n * times;
  }
  override log(n: number): number { // error
    return n;
  }
  override get size(): number { // error
    return 5;
  }
}

abstract class Shape {
  abstract readonly name: string;
  abstract get area(): number;
}

export class Square extends Shape {
  get name(): string { // error
    return "square";
  }
  area = 4; // error
}

export function named(name: string | null = "none"): string { // error
  return name ?? "null";
}

class Base {
  #secret = 1;
  size: number | undefined = 1;
  show(): string {
    return `${this.#secret}`;
  }
  same<T>(value: T): T {
    return value;
  }
  static made = 1;
  static next(): number {
    return this.made + 1; // error
  }
}

export class Derived extends Base {
  #secret = 2; // error
  override size: number = 2; // error
  override show(): string {
    return [1, 2].map((n) => `${n}${super.show()}${this.#secret}`).join(); // error
  }
  override same<T>(value: T): T { // error
    return value;
  }
  static override next(): number {
    return super.next() + 1; // error
  }
}

class Counter {
  static n = 1;
  static names: string[] = [];
}
class Special extends Counter {
  static count(): void {
    this.n = 1; // error
  }
}
Special.n++; // error
Special.names = ["a"]; // error
Special.names.push("b");
Special.count();
