// The built-in methods, properties and functions of JavaScript that a job may use: which helper of `assembly/js/`
// does each, and how its arguments are passed. Pure data and one look-up per kind; knows nothing of the TypeScript
// API. Lowering asks here; what is not here gets a refusal with a way out from `builtins_refused.ts`.
import { arrayMethods, mapMethods, setMethods } from "./builtins_collections.ts";
import { globalFunctions, mathFunctions, numberFunctions, constants, staticFunctions } from "./builtins_globals.ts";
import { dateMethods } from "./builtins_dates.ts";
import { refusedGlobal, refusedMethod } from "./builtins_refused.ts";
import { bigintMethods, booleanMethods, numberMethods, stringMethods } from "./builtins_text.ts";

/** The kinds of receiver whose methods are built in. */
export type Family = "string" | "array" | "map" | "set" | "number" | "bigint" | "boolean" | "date";

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

/** Why a built-in cannot be used in a job, and what to write instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type Answer = { readonly builtin: Builtin } | { readonly refusal: Refusal };

const METHODS: Readonly<Record<Family, ReadonlyMap<string, readonly Builtin[]>>> = {
  string: stringMethods,
  array: arrayMethods,
  map: mapMethods,
  set: setMethods,
  number: numberMethods,
  bigint: bigintMethods,
  boolean: booleanMethods,
  date: dateMethods,
};

/** Properties that are read as `__js.<helper><typeArguments>(receiver)`, all of type number. */
const PROPERTIES: Readonly<Record<Family, ReadonlyMap<string, { helper: string; typeArguments: readonly TypeRef[] }>>> =
  {
    string: new Map([["length", { helper: "string_length", typeArguments: [] }]]),
    array: new Map([["length", { helper: "array_length", typeArguments: ["T"] }]]),
    map: new Map([["size", { helper: "map_size", typeArguments: ["K", "V"] }]]),
    set: new Map([["size", { helper: "set_size", typeArguments: ["T"] }]]),
    number: new Map(),
    bigint: new Map(),
    boolean: new Map(),
    date: new Map(),
  };

/** What is passed: how many arguments, and whether the last one is `...xs`. */
export interface Arguments {
  readonly count: number;
  readonly spread: boolean;
}

/** The first variant that takes these arguments, else the last one. */
function variantFor(variants: readonly Builtin[], given: Arguments): Builtin | undefined {
  const takes = (b: Builtin): boolean => {
    const last = b.parameters.at(-1)?.kind;
    const open = last === "rest" || last === "concat";
    return given.spread ? open : open || given.count <= b.parameters.length;
  };
  return variants.find(takes) ?? variants.at(-1);
}

/** The built-in behind `receiver.method(...)`, or why there is none. */
export function method(family: Family, name: string, given: Arguments): Answer {
  const builtin = variantFor(METHODS[family].get(name) ?? [], given);
  return builtin ? { builtin } : { refusal: refusedMethod(family, name, [...METHODS[family].keys()]) };
}

/** The helper behind `receiver.property`, or undefined when it is no readable property. */
export function property(
  family: Family,
  name: string,
): { helper: string; typeArguments: readonly TypeRef[] } | undefined {
  return PROPERTIES[family].get(name);
}

/**
 * The built-in behind `Math.name(...)`, `Number.name(...)`, `String.name(...)`, `Array.name(...)`,
 * `console.name(...)`.
 */
export function staticMethod(owner: string, name: string, given: Arguments): Answer {
  const table = owner === "Math" ? mathFunctions : owner === "Number" ? numberFunctions : staticFunctions;
  const builtin = variantFor(table.get(`${owner}.${name}`) ?? [], given);
  return builtin ? { builtin } : { refusal: refusedGlobal(`${owner}.${name}`) };
}

/** The built-in behind a global function such as `parseInt(...)`, or why there is none. */
export function globalFunction(name: string, given: Arguments): Answer {
  const builtin = variantFor(globalFunctions.get(name) ?? [], given);
  return builtin ? { builtin } : { refusal: refusedGlobal(name) };
}

/** AssemblyScript text (an f64 expression) of `Math.PI`, `Number.EPSILON`, `NaN`, `Infinity` and their like. */
export function constant(name: string): string | undefined {
  return constants.get(name);
}

/** Why a global value, class or function cannot be used: `Date`, `JSON`, `RegExp`, `setTimeout`, ... */
export function refused(name: string): Refusal {
  return refusedGlobal(name);
}
