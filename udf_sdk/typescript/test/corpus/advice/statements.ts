// Advice about statements and the order in which things are declared.
function helper(n: number): number { return n + 1; } // way out: move the function above its first use
const EARLY = helper(1); // way out: declare it above that statement

// way out: put the block into a function and return from it
function firstEven(xs: number[]): number {
  for (const x of xs) if (x % 2 === 0) return x;
  return -1;
}
// way out: return an array
function parts(s: string): string[] { return s.split(" "); }

export function statements(s: string): string[] {
  let found = "";
  for (const [k, v] of new Map([["k", 1]])) found += `${k}${v}`;
  // way out: iterate an array, a Map, a Set or a string
  for (const c of s) found += c;
  // way out: declare the variable inside the loop's body
  const later: (() => number)[] = [];
  for (let i = 0; i < 2; i++) {
    const held = i * 2;
    later.push(() => held);
  }
  const n = Number(s);
  if (!Number.isNaN(n)) found += `${n}`;
  // way out: declare it in front of the switch
  // way out: test it before the switch
  const maybe: string | undefined = s === "a" ? undefined : s;
  let word = "";
  if (maybe !== undefined) switch (maybe) {
    case "b c": word = "b"; break;
    default: word = "other";
  }
  // way out: declare it with let in front of that block
  let count: number;
  { count = 1; }
  // way out: declare it with let: in front of the loop for one variable, in the loop for one a turn
  let turn = 0;
  for (; turn < 2; turn++) later.push(() => turn);
  // way out: write '… = ...' here
  let total: number;
  total = count + 1;
  // way out: assign one by one
  // way out: assign to a variable, a field or an element
  let p = 1, q = 2;
  const kept = p;
  p = q;
  q = kept;
  // way out: remove it, or give it a type such as string | null
  const nothing: string | null = null;
  // way out: call the function directly
  total += helper(p);
  // way out: use console.log, debug, info, warn or error
  if (found === "never") console.debug(found);
  return [found, later.map((f) => f()).join(), word, `${count}${total}${p}${q}${EARLY}${nothing ?? "-"}`, `${firstEven([1, 2])}`, parts(s).join()];
}
