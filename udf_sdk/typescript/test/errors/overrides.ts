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
