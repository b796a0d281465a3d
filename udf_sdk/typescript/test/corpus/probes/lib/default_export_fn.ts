export default function unused(x: number): number {
  return x;
}
export const helper = (x: number): number => x * 2;
export type T1 = {
  a: number;
};
export interface I1 {
  b: string;
}
export class C1 {
  c = helper(2);
}
export enum E1 {
  A
}
export function probe(s: string): string {
  const t: T1 = { a: helper(s.length) };
  const i: I1 = { b: s };
  return `${t.a}${i.b}${new C1().c}${E1.A}${unused(1)}`;
}
