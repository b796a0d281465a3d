// The little vocabulary in which the tables of built-ins are written.
import type { Builtin, Parameter, TypeRef } from "./builtins.ts";

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
