// Where a value may come from, seen from one function: created in its call (nothing is said), outside of it, or from a parameter.
// `itself` is the object, `inside` is what it refers to: a new array of old objects is new itself and old inside.

/** "outside"; "p0" = parameter 0 itself; "d0" = something inside parameter 0; "this" counts as parameter -1. */
export type Origin = "outside" | `p${number}` | `d${number}`;

export interface Origins {
  readonly itself: ReadonlySet<Origin>;
  readonly inside: ReadonlySet<Origin>;
}

const EMPTY: ReadonlySet<Origin> = new Set();

/** Created in this call. */
export const FRESH: Origins = { itself: EMPTY, inside: EMPTY };

/** Created before this call. */
export const OUTSIDE: Origins = { itself: new Set(["outside"]), inside: new Set(["outside"]) };

/** A parameter of the function; -1 is `this`. */
export function ofParameter(index: number): Origins {
  return { itself: new Set<Origin>([`p${index}`]), inside: new Set<Origin>([`d${index}`]) };
}

/** One or the other. */
export function either(...all: readonly Origins[]): Origins {
  if (all.length === 1) return all[0] as Origins;
  return { itself: new Set(all.flatMap((o) => [...o.itself])), inside: new Set(all.flatMap((o) => [...o.inside])) };
}

/** A new object that holds these. */
export function holding(...all: readonly Origins[]): Origins {
  return { itself: EMPTY, inside: new Set(all.flatMap((o) => [...o.itself, ...o.inside])) };
}

/** Something that the object refers to. */
export function contents(of: Origins): Origins {
  return { itself: of.inside, inside: of.inside };
}

/** How many origins there are: a fixed point is reached when it no longer grows. */
export function size(of: Origins): number {
  return of.itself.size + of.inside.size;
}

/** An origin of the callee as the caller sees it, given where the arguments come from. */
export function seenFromCaller(origin: Origin, parameters: ReadonlyMap<number, Origins>): readonly Origin[] {
  if (origin === "outside") return [origin];
  const from = parameters.get(Number(origin.slice(1))) ?? FRESH;
  return [...(origin.startsWith("p") ? from.itself : from.inside)];
}
