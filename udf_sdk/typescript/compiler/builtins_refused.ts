// Built-ins that a job cannot use, each with what to write instead. Codes LF4xx.
import { dateHint } from "./builtins_dates.ts";
import type { Family } from "./builtins_table.ts";

/** Why a built-in cannot be used in a job, and what to write instead. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  string: "string",
  array: "Array",
  map: "Map",
  set: "Set",
  number: "number",
  bigint: "bigint",
  boolean: "boolean",
  date: "Date",
  regexp: "RegExp",
};

/** Ways out for methods that exist in JavaScript but not in a job. */
const METHOD_HINTS: ReadonlyMap<string, string> = new Map([
  ["string.normalize", "normalize the text before it reaches the job"],
  ["string.localeCompare", "compare with < and >, which order by UTF-16 units: (a, b) => (a < b ? -1 : a > b ? 1 : 0)"],
  ["string.isWellFormed", 'write ![...s].some((c) => c.length === 1 && c >= "\\ud800" && c <= "\\udfff")'],
  ["string.toWellFormed", "between operators a surrogate without its partner becomes U+FFFD by itself"],
  ["string.toLocaleLowerCase", "use toLowerCase()"],
  ["string.toLocaleUpperCase", "use toUpperCase()"],
  ["number.toLocaleString", "use toFixed(digits)"],
  ["array.toSpliced", "write a slice() and splice the copy"],
  ["array.with", "write a slice() and assign to its element"],
  ["array.keys", "count with for (let i = 0; i < xs.length; i++)"],
  ["array.values", "write for (const x of xs)"],
  ["array.entries", "write for (const [i, x] of xs.entries()) directly in the loop, or use forEach((x, i) => ...)"],
  ["array.copyWithin", "write the loop"],
  ["map.keys", "use it in for (const k of m.keys()) or [...m.keys()]"],
  ["map.values", "use it in for (const v of m.values()) or [...m.values()]"],
  ["map.entries", "use it in for (const [k, v] of m.entries()) or [...m.entries()]"],
  ["set.keys", "write for (const x of s) or [...s]"],
  ["set.values", "write for (const x of s) or [...s]"],
  ["set.union", "write new Set([...a, ...b])"],
  ["set.intersection", "write new Set([...a].filter((x) => b.has(x)))"],
  ["set.difference", "write new Set([...a].filter((x) => !b.has(x)))"],
  ["set.symmetricDifference", "write new Set([...[...a].filter((x) => !b.has(x)), ...[...b].filter((x) => !a.has(x))])"],
  ["set.isSubsetOf", "write [...a].every((x) => b.has(x))"],
  ["set.isSupersetOf", "write [...b].every((x) => a.has(x))"],
  ["set.isDisjointFrom", "write [...a].every((x) => !b.has(x))"],
  ["set.entries", "write for (const x of s) or [...s]"],
]);

const PURE = "a job must give the same result when it runs again";

const GLOBAL_REFUSALS: ReadonlyMap<string, Refusal> = new Map(
  (
    [
      [
        "Date",
        "LF402",
        `the time of day is not known: ${PURE}`,
        "carry the time in the record: new Date(milliseconds), or new Date(text) of ISO 8601 with a zone",
      ],
      [
        "Date.now",
        "LF402",
        `'Date.now' cannot be used: ${PURE}`,
        "carry the time in the record, as milliseconds since 1970",
      ],
      [
        "Math.random",
        "LF402",
        `'Math.random' cannot be used: ${PURE}`,
        "derive the number from the record, for example from a hash of its key",
      ],
      ["crypto", "LF402", `'crypto' cannot be used: ${PURE}`, "derive ids from the record's own fields"],
      [
        "performance",
        "LF402",
        `'performance' cannot be used: ${PURE}`,
        "the engine measures each operator: see lightflus run",
      ],
      [
        "RegExp",
        "LF403",
        "'RegExp' is supported as new RegExp(text, flags) of constants in a job",
        "write a pattern: /[0-9]+/",
      ],
      [
        "JSON",
        "LF404",
        "'JSON' is supported as JSON.stringify(value) and JSON.parse(text) as T in a job",
        "call one of them; a source of an object type reads JSON lines by itself",
      ],
      [
        "Promise",
        "LF405",
        "promises are not supported in a job: functions run record by record, without waiting",
        "compute the value in the function itself",
      ],
      ["setTimeout", "LF405", "timers are not supported in a job", "remove it: a function runs when a record arrives, and nothing waits"],
      [
        "setInterval",
        "LF405",
        "timers are not supported in a job",
        "remove it: a function runs when a record arrives",
      ],
      ["queueMicrotask", "LF405", "a job has no event loop", "call the function directly"],
      ["fetch", "LF406", "a job has no network: it runs in a sandbox", "read the data through a source"],
      [
        "process",
        "LF406",
        "a job has no access to its machine: it runs in a sandbox",
        "write the configuration into the job as constants",
      ],
      ["require", "LF406", "packages cannot be loaded in a job", "put the code into a file of your own and import it"],
      ["globalThis", "LF406", "'globalThis' is not supported in a job", "use a top-level const"],
      ["Symbol", "LF407", "symbols are not supported in a job", "use a string or an enum"],
      ["Proxy", "LF407", "'Proxy' is not supported in a job", "use a class with methods"],
      ["Reflect", "LF407", "'Reflect' is not supported in a job", "name the fields"],
      ["WeakMap", "LF407", "'WeakMap' is not supported in a job", "use Map"],
      ["WeakSet", "LF407", "'WeakSet' is not supported in a job", "use Set"],
      [
        "Object.keys",
        "LF408",
        "'Object.keys' is supported of objects by key, Record<string, T>: the fields of a record are known when it is compiled",
        "name the fields, or use Map",
      ],
      [
        "Object.values",
        "LF408",
        "'Object.values' is supported of objects by key, Record<string, T>: the fields of a record are known when it is compiled",
        "name the fields, or use Map",
      ],
      [
        "Object.entries",
        "LF408",
        "'Object.entries' is supported of objects by key, Record<string, T>: the fields of a record are known when it is compiled",
        "name the fields, or use Map",
      ],
      ["Object.assign", "LF408", "'Object.assign' is not supported in a job", "write { ...a, field: value }"],
      [
        "Object.freeze",
        "LF408",
        "'Object.freeze' is supported around a literal only, whose type then says that it does not change",
        "write Object.freeze({ ... }), or declare it Readonly<T> or `as const`",
      ],
      ["Object.groupBy", "LF408", "'Object.groupBy' is not supported in a job", "collect into a Map: const m = new Map<string, T[]>(), and m.set(key, [...(m.get(key) ?? []), x])"],
      ["Map.groupBy", "LF401", "'Map.groupBy' is not supported in a job", "collect into a Map: const m = new Map<string, T[]>(), and m.set(key, [...(m.get(key) ?? []), x])"],
      ["Object.is", "LF409", "'Object.is' is not supported in a job", "compare with ===; Number.isNaN(x) knows NaN, 1 / x < 0 knows -0"],
      ["Intl", "LF409", "'Intl' is not supported in a job", "format with toFixed, padStart and template text"],
      ["eval", "LF409", "'eval' is not supported in a job", "write the code as a function"],
    ] as const
  ).map(([name, code, message, hint]) => [name, { code, message, hint }]),
);

/** The refusal of `receiver.name(...)` where `known` are the methods that do exist. */
export function refusedMethod(family: Family, name: string, known: readonly string[]): Refusal {
  return {
    code: "LF401",
    message: `${FAMILY_NAMES[family]}.${name} is not supported in a job`,
    hint: (family === "date" ? dateHint(name) : undefined) ?? METHOD_HINTS.get(`${family}.${name}`) ?? `what there is: ${known.join(", ")}`,
  };
}

/** The refusal of a global value or function. */
export function refusedGlobal(name: string): Refusal {
  const owner = name.split(".")[0] ?? name;
  return (
    GLOBAL_REFUSALS.get(name) ??
    GLOBAL_REFUSALS.get(owner) ?? {
      code: "LF409",
      message: `'${name}' is not supported in a job`,
      hint: "docs/typescript.md lists what a job can use",
    }
  );
}
