// Where a value may come from, seen from one function: created in its call (nothing is said), outside of it, or from a parameter.
// `itself` is the object, `inside` what it refers to, `below` what that refers to and so on: an array of copies of records is new,
// new inside, and old below.

/** "outside"; "p0" = parameter 0 itself; "d0" = something inside parameter 0; "this" counts as parameter -1. */
export type Origin = "outside" | `p${number}` | `d${number}`;

export interface Origins {
  readonly itself: ReadonlySet<Origin>;
  readonly inside: ReadonlySet<Origin>;
  readonly below: ReadonlySet<Origin>;
}

const EMPTY: ReadonlySet<Origin> = new Set();

/** Created in this call. */
export const FRESH: Origins = { itself: EMPTY, inside: EMPTY, below: EMPTY };

const BEFORE: ReadonlySet<Origin> = new Set(["outside"]);

/** Created before this call. */
export const OUTSIDE: Origins = { itself: BEFORE, inside: BEFORE, below: BEFORE };

/** A parameter of the function; -1 is `this`. */
export function ofParameter(index: number): Origins {
  const inside = new Set<Origin>([`d${index}`]);
  return { itself: new Set<Origin>([`p${index}`]), inside, below: inside };
}

/** One or the other. */
export function either(...all: readonly Origins[]): Origins {
  if (all.length === 1) return all[0] as Origins;
  return {
    itself: union(all.map((o) => o.itself)),
    inside: union(all.map((o) => o.inside)),
    below: union(all.map((o) => o.below)),
  };
}

/** A new object that refers to these. */
export function holding(...all: readonly Origins[]): Origins {
  return {
    itself: EMPTY,
    inside: union(all.map((o) => o.itself)),
    below: union(all.flatMap((o) => [o.inside, o.below])),
  };
}

/** A new object that has these, or something of them, at any depth. */
export function holdingSomewhere(...all: readonly Origins[]): Origins {
  const inside = union(all.flatMap((o) => [o.itself, o.inside, o.below]));
  return { itself: EMPTY, inside, below: inside };
}

/** What the object refers to. */
export function contents(of: Origins): Origins {
  return { itself: of.inside, inside: of.below, below: of.below };
}

/** Something in the object, at any depth. */
export function somewhereIn(of: Origins): Origins {
  const inside = union([of.inside, of.below]);
  return { itself: inside, inside, below: inside };
}

/** How many origins there are: a fixed point is reached when it no longer grows. */
export function size(of: Origins): number {
  return of.itself.size + of.inside.size + of.below.size;
}

/** An origin of the callee as the caller sees it, given where the arguments come from. */
export function seenFromCaller(origin: Origin, parameters: ReadonlyMap<number, Origins>): readonly Origin[] {
  if (origin === "outside") return [origin];
  const from = parameters.get(Number(origin.slice(1))) ?? FRESH;
  return origin.startsWith("p") ? [...from.itself] : [...from.inside, ...from.below];
}

function union(sets: readonly ReadonlySet<Origin>[]): ReadonlySet<Origin> {
  return new Set(sets.flatMap((s) => [...s]));
}
