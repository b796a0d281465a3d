// The expressions of a Binaryen module as a tree: which children each kind has, and how they are replaced in place. Knows the
// kinds that asc makes with the features that a job has on; meets no other.
import binaryenModule from "assemblyscript/binaryen";

/** An expression, by its address in Binaryen's memory. */
export type Expression = number;
export type Type = number;

interface Accessors {
  [name: string]: (...given: (number | string)[]) => unknown;
}

/** The part of Binaryen's interface that its declarations leave out: static accessors by kind of expression. */
interface Binaryen {
  readonly none: Type;
  readonly i32: Type;
  readonly i64: Type;
  readonly f32: Type;
  readonly f64: Type;
  readonly unreachable: Type;
  getExpressionId(of: Expression): number;
  getExpressionType(of: Expression): Type;
  readonly [kind: string]: unknown;
}

export const binaryen = binaryenModule as unknown as Binaryen;

/** Children that stand by themselves, by kind; lists of children are told apart below. */
const SINGLE: Readonly<Record<string, readonly string[]>> = {
  If: ["Condition", "IfTrue", "IfFalse"],
  Loop: ["Body"],
  Break: ["Condition", "Value"],
  Switch: ["Condition", "Value"],
  LocalSet: ["Value"],
  GlobalSet: ["Value"],
  Load: ["Ptr"],
  Store: ["Ptr", "Value"],
  Unary: ["Value"],
  Binary: ["Left", "Right"],
  Select: ["IfTrue", "IfFalse", "Condition"],
  Drop: ["Value"],
  Return: ["Value"],
  MemoryGrow: ["Delta"],
  MemoryCopy: ["Dest", "Source", "Size"],
  MemoryFill: ["Dest", "Value", "Size"],
  CallIndirect: ["Target"],
};

const LISTS: Readonly<Record<string, readonly [count: string, at: string]>> = {
  Block: ["NumChildren", "ChildAt"],
  Call: ["NumOperands", "OperandAt"],
  CallIndirect: ["NumOperands", "OperandAt"],
};

const kinds = new Map([...new Set([...Object.keys(SINGLE), ...Object.keys(LISTS)])].map((name) => [binaryen[`${name}Id`] as number, name]));

/** The kind of an expression that has children, or a call; "" for a leaf. */
export function kindOf(expression: Expression): string {
  return kinds.get(binaryen.getExpressionId(expression)) ?? "";
}

/** What an accessor says of an expression: `read(call, "Target")`. */
export function read<T>(expression: Expression, what: string, ...given: number[]): T {
  return (binaryen[kindOf(expression)] as Accessors)[`get${what}`]?.(expression, ...given) as T;
}

function write(expression: Expression, what: string, ...given: (number | string)[]): void {
  (binaryen[kindOf(expression)] as Accessors)[`set${what}`]?.(expression, ...given);
}

/** Puts what the function makes of each child in its place. */
export function mapChildren(expression: Expression, change: (child: Expression) => Expression): void {
  const kind = kindOf(expression);
  const replace = (what: string, ...at: number[]): void => {
    const child = read<Expression>(expression, what, ...at);
    const made = child === 0 ? 0 : change(child);
    if (made !== child) write(expression, what, ...at, made);
  };
  for (const what of SINGLE[kind] ?? []) replace(what);
  const [count, at] = LISTS[kind] ?? [];
  if (count === undefined || at === undefined) return;
  for (let i = 0, n = read<number>(expression, count); i < n; i++) replace(at, i);
}

/** The children, in order. */
export function childrenOf(expression: Expression): Expression[] {
  const found: Expression[] = [];
  mapChildren(expression, (child) => (found.push(child), child));
  return found;
}
