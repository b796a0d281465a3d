// Methods of arrays, Maps and Sets.
import { callback, helper, number, rest, table, text, value } from "./builtins_table.ts";
import type { Builtin, Parameter, TypeRef } from "./builtins_table.ts";

const T: readonly TypeRef[] = ["T"];
const KV: readonly TypeRef[] = ["K", "V"];
const test = callback(["T", "number", "S"], "boolean");

const reads = (name: string, parameters: readonly Parameter[] = []): Builtin => helper(name, parameters, { types: T });
const writes = (name: string, parameters: readonly Parameter[] = []): Builtin =>
  helper(name, parameters, { types: T, mutates: true });
const writesAndChains = (name: string, parameters: readonly Parameter[] = []): Builtin =>
  helper(name, parameters, { types: T, mutates: true, chains: true });

export const arrayMethods = table(
  ["at", helper("array_at", [number("0.0")], { types: T, optional: true })],
  ["concat", reads("array_concat", [{ kind: "concat" }])],
  ["every", reads("array_every", [test])],
  ["fill", writesAndChains("array_fill", [value("T"), number("0.0"), number("Infinity")])],
  ["filter", reads("array_filter", [test])],
  ["find", helper("array_find", [test], { types: T, optional: true })],
  ["findIndex", reads("array_findIndex", [test])],
  ["findLast", helper("array_findLast", [test], { types: T, optional: true })],
  ["findLastIndex", reads("array_findLastIndex", [test])],
  ["flat", helper("array_flat", [], { types: ["RT"] })],
  ["flatMap", helper("array_flatMap", [callback(["T", "number", "S"], "R")], { types: ["T", "RT"] })],
  ["forEach", reads("array_forEach", [callback(["T", "number", "S"], "void")])],
  ["includes", reads("array_includes", [value("T"), number("0.0")])],
  ["indexOf", reads("array_indexOf", [value("T"), number("0.0")])],
  ["join", reads("array_join", [text('","')])],
  ["lastIndexOf", reads("array_lastIndexOf", [value("T"), number("Infinity")])],
  ["map", helper("array_map", [callback(["T", "number", "S"], "RT")], { types: ["T", "RT"] })],
  ["pop", helper("array_pop", [], { types: T, mutates: true, optional: true })],
  ["push", writes("array_push", [value("T")]), writes("array_pushAll", [rest("T")])],
  [
    "reduce",
    helper("array_reduceFirst", [callback(["T", "T", "number", "S"], "T")], { types: T, position: true }),
    helper("array_reduce", [callback(["R", "T", "number", "S"], "R"), value("R")], { types: ["T", "R"] }),
  ],
  [
    "reduceRight",
    helper("array_reduceRightFirst", [callback(["T", "T", "number", "S"], "T")], { types: T, position: true }),
    helper("array_reduceRight", [callback(["R", "T", "number", "S"], "R"), value("R")], { types: ["T", "R"] }),
  ],
  ["reverse", writesAndChains("array_reverse")],
  ["shift", helper("array_shift", [], { types: T, mutates: true, optional: true })],
  ["slice", reads("array_slice", [number("0.0"), number("Infinity")])],
  ["some", reads("array_some", [test])],
  ["sort", writesAndChains("array_sortText"), writesAndChains("array_sort", [callback(["T", "T"], "number")])],
  [
    "splice",
    writes("array_splice", [number(), number("Infinity")]),
    writes("array_spliceInsert", [number(), number(), rest("T")]),
  ],
  ["toReversed", reads("array_toReversed")],
  ["toSorted", reads("array_toSortedText"), reads("array_toSorted", [callback(["T", "T"], "number")])],
  ["toString", reads("array_toString")],
  ["unshift", writes("array_unshiftAll", [rest("T")])],
);

export const mapMethods = table(
  ["clear", helper("map_clear", [], { types: KV, mutates: true })],
  ["delete", helper("map_delete", [value("K")], { types: KV, mutates: true })],
  ["forEach", helper("map_forEach", [callback(["V", "K", "S"], "void")], { types: KV })],
  ["get", helper("map_get", [value("K")], { types: KV, optional: true })],
  ["has", helper("map_has", [value("K")], { types: KV })],
  ["set", helper("map_set", [value("K"), value("V")], { types: KV, mutates: true, chains: true })],
);

export const setMethods = table(
  ["add", helper("set_add", [value("T")], { types: T, mutates: true, chains: true })],
  ["clear", helper("set_clear", [], { types: T, mutates: true })],
  ["delete", helper("set_delete", [value("T")], { types: T, mutates: true })],
  ["forEach", helper("set_forEach", [callback(["T", "T", "S"], "void")], { types: T })],
  ["has", helper("set_has", [value("T")], { types: T })],
);
