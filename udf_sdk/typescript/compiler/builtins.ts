// The built-in methods, properties and functions of JavaScript that a job may use: which helper of `assembly/js/`
// does each, and how its arguments are passed. Pure data and one look-up per kind; knows nothing of the TypeScript
// API. Lowering asks here; what is not here gets a refusal with a way out from `builtins_refused.ts`.
import { arrayMethods, mapMethods, setMethods } from "./builtins_collections.ts";
import { globalFunctions, mathFunctions, numberFunctions, constants, staticFunctions } from "./builtins_globals.ts";
import { dateMethods } from "./builtins_dates.ts";
import { regexpMethods } from "./builtins_patterns.ts";
import { refusedGlobal, refusedMethod } from "./builtins_refused.ts";
import type { Refusal } from "./builtins_refused.ts";
import type { Builtin, Family, TypeRef } from "./builtins_table.ts";
import { bigintMethods, booleanMethods, numberMethods, stringMethods } from "./builtins_text.ts";

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
  regexp: regexpMethods,
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
    regexp: new Map(),
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
