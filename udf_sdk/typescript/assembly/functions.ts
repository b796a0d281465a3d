// From a user's function to a function number: picks the loop for its shape and writes it into the graph.
import { addFunction } from "./graph";
import { items, member } from "./json";
import { columnNumbers, layoutOf } from "./layout";
import { FlatMapIntoOp, FlatMapOp, Input, MapOp, ReduceOp } from "./operators";
import { typeOf } from "./types";

/** The columns that a member of `meta` names, or null if it names none. */
function columnsOf(type: string, meta: string, name: string): Array<i32> | null {
  const names = member(meta, name);
  return names.length ? columnNumbers(type, items(names)) : null;
}

/** The columns that the host passes for a function of that input type. */
export function inputOf(type: string, meta: string): Input {
  return new Input(layoutOf(type).count, columnsOf(type, meta, "reads"));
}

/** Registers a function of one value per row. `kind`: MAP, FILTER, KEY, FIELD. */
export function addMap<T, U>(kind: string, env: usize, fn: (env: usize, value: T) => U, meta: string): i32 {
  const input = typeOf<T>();
  const output = typeOf<U>();
  return addFunction(kind, input, output, meta, new MapOp<T, U>(env, fn, inputOf(input, meta), layoutOf(output)));
}

export function addFlatMap<T, U>(env: usize, fn: (env: usize, value: T) => Array<U>, meta: string): i32 {
  const input = typeOf<T>();
  const output = typeOf<U>();
  const operation = new FlatMapOp<T, U>(env, fn, inputOf(input, meta), layoutOf(output));
  return addFunction("FLAT_MAP", input, output, meta, operation);
}

/** The same for a function that hands on its rows with `emit`. */
export function addFlatMapInto<T, U>(env: usize, fn: (env: usize, value: T, out: usize) => void, meta: string): i32 {
  const input = typeOf<T>();
  const output = typeOf<U>();
  const operation = new FlatMapIntoOp<T, U>(env, fn, inputOf(input, meta), layoutOf(output));
  return addFunction("FLAT_MAP", input, output, meta, operation);
}

export function addReduce<T>(env: usize, fn: (env: usize, state: T, value: T) => T, meta: string): i32 {
  const type = typeOf<T>();
  const reads = columnsOf(type, meta, "readsOfRow");
  return addFunction("REDUCE", type, type, meta, new ReduceOp<T>(env, fn, inputOf(type, meta), layoutOf(type), reads));
}

/** job.proto's Extractor: a plain field if the compiler saw one, else a function of that kind. */
export function extractor<T, U>(kind: string, env: usize, fn: (env: usize, value: T) => U, meta: string): string {
  const field = member(meta, "field");
  if (field.length) return '{"field":{"names":' + field + "}}";
  return '{"function":' + addMap<T, U>(kind, env, fn, meta).toString() + "}";
}
