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
  override sum(n: number, times?: number): number { // error
    return n * (times ?? 3);
  }
  override log(n: number): number { // error
    return n;
  }
  override get size(): number { // error
    return 5;
  }
}
