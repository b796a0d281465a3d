// The vocabulary in which the tables of built-ins are written.

/** The kinds of receiver whose methods are built in. */
export type Family = "string" | "array" | "map" | "set" | "number" | "bigint" | "boolean" | "date" | "regexp";

/**
 * A type that lowering fills in: `S` the receiver itself, `T` its element (array, Set), `K` and `V` of a Map, `R` the
 * type of the call's result, `RT` the element of that result when it is an array, `A` the type of the
 * first argument.
 */
export type TypeRef = "S" | "T" | "K" | "V" | "R" | "RT" | "A" | "number" | "string" | "boolean" | "void";

/**
 * One parameter of a helper.
 * - value: the lowered argument; `fallback` is AssemblyScript text that stands for a missing one (absent = required).
 * - callback: two arguments `env, fn`, where fn is `(env: usize, ...parameters) => returns`, padded to exactly these
 * parameters.
 * A callback that returns "boolean" is given the truth value of what the user's function returns; one of "void"
 * ignores it.
 * - rest: all further arguments packed into one `Array`; a single spread argument `...xs` is passed as it is.
 * - concat: with more arguments than one, nested calls `h(h(receiver, a), b)`; an argument that is no array is
 * wrapped in an array of one.
 */
export type Parameter =
  | { readonly kind: "value"; readonly type: TypeRef; readonly fallback?: string }
  | { readonly kind: "callback"; readonly parameters: readonly TypeRef[]; readonly returns: TypeRef }
  | { readonly kind: "rest"; readonly type: TypeRef }
  | { readonly kind: "concat" };

/** How one built-in call is lowered: `__js.<helper><typeArguments>(receiver, ...parameters[, file, line, column])`. */
export interface Builtin {
  readonly helper: string;
  readonly parameters: readonly Parameter[];
  /** Explicit type arguments of the helper; empty for a helper that is not generic. */
  readonly typeArguments: readonly TypeRef[];
  /** It changes its receiver (purity). */
  readonly mutates: boolean;
  /** The helper can fail: `"file", line, column` of the user's call are passed behind the parameters. */
  readonly position: boolean;
  /**
   * JavaScript's result may be `undefined`. Three helpers exist:
   * `<helper>(...)` answers `T | null`, for reference types only;
   * `<helper>OrFail(..., file, line, column)` answers T or aborts: for `xs.find(f)!`;
   * `<helper>Ok(...)` answers whether there is a value, which `__js.found<T>()` then gives once: for `xs.find(f) ?? d`.
   */
  readonly optional: boolean;
  /** The call answers its receiver (`sort`, `reverse`, `fill`, `set`, `add`), so calls can be chained. */
  readonly chains: boolean;
}

type Row = readonly [name: string, ...variants: Builtin[]];

interface Extra {
  readonly types?: readonly TypeRef[];
  readonly mutates?: boolean;
  readonly position?: boolean;
  readonly optional?: boolean;
  readonly chains?: boolean;
}

/** One built-in; everything that is not said is "no". */
export function helper(name: string, parameters: readonly Parameter[] = [], extra: Extra = {}): Builtin {
  return {
    helper: name,
    parameters,
    typeArguments: extra.types ?? [],
    mutates: extra.mutates ?? false,
    position: extra.position ?? false,
    optional: extra.optional ?? false,
    chains: extra.chains ?? false,
  };
}

/** A parameter of the type; `fallback` is the AssemblyScript text for a missing argument. */
export function value(type: TypeRef, fallback?: string): Parameter {
  return fallback === undefined ? { kind: "value", type } : { kind: "value", type, fallback };
}

/** A callback `(env, ...parameters) => returns`. */
export function callback(parameters: readonly TypeRef[], returns: TypeRef): Parameter {
  return { kind: "callback", parameters, returns };
}

/** All further arguments, packed. */
export function rest(type: TypeRef): Parameter {
  return { kind: "rest", type };
}

/** A table from rows of a name and its variants, the ones with fewer parameters first. */
export function table(...rows: Row[]): ReadonlyMap<string, readonly Builtin[]> {
  return new Map(rows.map(([name, ...variants]) => [name, variants]));
}

export const number = (fallback?: string): Parameter => value("number", fallback);
export const text = (fallback?: string): Parameter => value("string", fallback);
