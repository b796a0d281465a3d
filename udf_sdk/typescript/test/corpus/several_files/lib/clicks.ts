import { SEPARATOR } from "./text";

export interface Click {
  user: string;
  page: string;
  ms: number;
}

export const STOP = ["the", "a"];

export function parse(line: string): Click {
  const parts = line.split(" ");
  return { user: parts[0], page: parts.slice(1).join("/") + SEPARATOR, ms: parts.length };
}

export class Average {
  private sum = 0;
  private n = 0;
  constructor(public label: string) {}
  add(x: number): this {
    this.sum += x;
    this.n++;
    return this;
  }
  get mean(): number {
    return this.n === 0 ? 0 : this.sum / this.n;
  }
}
