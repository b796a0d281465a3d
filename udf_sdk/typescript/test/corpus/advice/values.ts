// Advice about values, text and types.
import { twice } from "./constants.ts";
import { objects } from "./objects.ts";
import { patterns } from "./patterns.ts";

interface Wide { a: string; b: number }
interface Narrow { a: string }
// way out: use one object type with a 'kind' field and optional fields
// way out: compare an optional field with undefined, give the types a 'kind', or use a Map
interface Event { kind: "click" | "view"; page?: string; seconds?: number }
// way out: choose one of them: T | null, or an optional field
interface Maybe { a: string | null; b?: number }
// way out: '…' has types in them that a job cannot tell apart: give each its own name, such as '…Call' and '…Text'
type Cell = { kind: "text"; valueText: string } | { kind: "call"; valueCall: () => number };
// way out: give each type a field of its own, such as text?: string and number?: number, or carry it as text: String(x), JSON.stringify(x)
interface Carried { text?: string; number?: number }
// way out: use string, number, bigint, boolean, arrays, Map, Set, objects and classes
// way out: use Map
// way out: use Set
interface Held { counts: Map<string, number>; seen: Set<string>; ids: string[] }
// way out: use a string or an enum
// way out: give it a constant value
enum Level { Low = 1, High = 2 }
// way out: declare it with 'function' at the top level of the file
// way out: move it to the top level of the file
function first<T>(xs: T[], other: T): T { return xs[0] ?? other; }
// way out: hand on …, or make the function generic: <T extends ...>(value: T)
function only<T extends Narrow>(value: T): string { return value.a; }
function plain(value: Narrow): string { return value.a; }
// way out: give it one signature
function either(x: number, y?: number): number { return x + (y ?? 0); }
// way out: a default of null, and ?? in the body
function told(x: string | null = null): string { return x ?? "none"; }
// way out: name the parameters
function sum(a: number, b: number, ...rest: number[]): number { return rest.reduce((x, y) => x + y, a + b); }

function show(e: Event): string { return e.page === undefined ? e.kind : `${e.page}${e.seconds ?? 0}`; }
function cell(c: Cell): string { return c.kind === "text" ? c.valueText : `${c.valueCall()}`; }
function carried(c: Carried): string { return c.text ?? `${c.number ?? 0}`; }
// way out: test it with typeof, instanceof, Array.isArray or in
function lengthOf(x: string | number): number { return typeof x === "string" ? x.length : x; }

export function values(s: string): string[] {
  const wide: Wide = { a: s, b: 1 };
  const maybe: Maybe = { a: s === "a" ? null : s };
  const held: Held = { counts: new Map([[s, 1]]), seen: new Set([s]), ids: [s] };
  const big = BigInt(s.length);
  // way out: add a type annotation
  const none: string[] = [];
  // way out: make a value of the wanted type: { field: value.field, ... }
  // way out: remove the field, or declare it in the type
  const narrow: Narrow = { a: wide.a };
  // way out: wrap it: x => f(x)
  // way out: wrap it: (x) => …(x)
  // way out: write x => …(x)
  // way out: wrap it: (…) => …(…)
  // way out: call it, or wrap it: x => x.…(...)
  const wrapped = ["1.5", "2"].map((x) => parseFloat(x)).map((x) => twice(x)).map((x) => x.toFixed(1));
  // way out: write what it returns, not the function
  // way out: call it
  const made: string = told();
  // way out: declare it as an array
  // way out: use an array
  const open: (string | number[])[] extends never ? never : string[] = [s, s];
  const pair: [string, string] = [s, "y"];
  // way out: make an array of it: [...…]
  const array: string[] = [...pair];
  // way out: ask for the element: t[1] === undefined
  const short: [string, string?] = s === "a" ? ["q"] : ["q", "r"];
  return [
    ...none, narrow.a, wrapped.join(), made, open.join(), array.join(), `${short[1] === undefined}`, plain({ a: wide.a }), only(wide), first([s], ""), `${either(1)}`,
    // way out: name the elements: [t[0], t[1]]
    [short[0], short[1] ?? "-"].join(),
    `${sum(1, 2, 3)}`, show({ kind: "view", page: s }), cell({ kind: "call", valueCall: () => 1 }), carried({ text: s }), `${lengthOf(s)}`, cell({ kind: "text", valueText: s }),
    // way out: name the fields that the text needs, or give the class a toString()
    `${wide.a}-${wide.b}`,
    // way out: name the fields
    [wide].map(({ a, b }) => a + b).join(),
    // way out: name the fields, or use Map
    [...held.counts.values()].join() + [...held.seen].join() + held.ids.join(),
    // way out: use a Map, or name the field
    `${held.counts.get(s) ?? 0}`,
    // way out: convert the operands first: Number(x), String(x), BigInt(x)
    `${Number(big) + 1}${String(big) + "1"}${big + BigInt(1)}`,
    // way out: compare two bigints: a literal such as 5n, or BigInt(x)
    `${big > 5n}${big === BigInt(2)}`,
    // way out: compare fields of the same type
    `${wide.b === s.length}`,
    // way out: multiply or divide by a power of 2n
    `${big * 2n ** 3n}${big / 2n ** 2n}`,
    // way out: use a smaller value
    `${9223372036854775807n}`,
    // way out: convert one of its fields
    `${Number(wide.a)}`,
    // way out: give a default with ??, or test it first
    // way out: test it first, or use ?. and ??
    `${maybe.a?.length ?? 0}${maybe.b === undefined ? "" : maybe.b + 1}`,
    // way out: compare with == null, or use ??
    // way out: test it with == null first
    `${maybe.a == null}${maybe.b ?? 7}`,
    // way out: compare with ==, or give one side a default with ??
    `${maybe.a == s}${(maybe.b ?? 0) > 1}`,
    // way out: give a default: x ?? "none"
    // way out: give a default: x ?? 0
    `${maybe.a ?? "none"}${Math.abs(maybe.b ?? 0)}`,
    // way out: give a default: x ?? null
    JSON.stringify(maybe.b ?? null),
    // way out: write JSON.stringify(value)
    // way out: write a number of spaces
    // way out: make an object with the wanted fields, and null here
    // way out: make an object of text, numbers, booleans, arrays and objects first
    JSON.stringify({ a: maybe.a, b: maybe.b ?? null, n: `${big}` }, null, 2),
    // way out: write it as text: String(x), or Number(x)
    JSON.stringify({ big: String(big), small: Number(big) }),
    // way out: make an array without them
    // way out: make an array
    JSON.stringify([...held.seen]),
    // way out: write its fields
    JSON.stringify({ counts: [...held.counts].map(([name, n]) => ({ name, n })) }),
    // way out: write JSON.parse(text) as T
    // way out: say it: JSON.parse(text) as T
    // way out: call one of them; a source of an object type reads JSON lines by itself
    // way out: parse an object type of text, numbers, booleans, arrays and objects, and make the rest of it
    // way out: change the value that JSON.parse gives
    [JSON.parse('{"a": "x", "b": 1}') as Wide].map((w) => w.a + new Map([[w.a, w.b]]).size).join(),
    // way out: compare with < and >, which order by UTF-16 units: (a, b) => (a < b ? -1 : a > b ? 1 : 0)
    ["b", "a"].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(),
    // way out: compare with ===; Number.isNaN(x) knows NaN, 1 / x < 0 knows -0
    `${wide.b === 1}${Number.isNaN(wide.b)}${1 / wide.b < 0}`,
    // way out: use toLowerCase()
    s.toLowerCase(),
    // way out: use toUpperCase()
    s.toUpperCase(),
    // way out: use toFixed(digits)
    // way out: format with toFixed, padStart and template text
    `${wide.b.toFixed(2).padStart(7, "0")}`,
    ...patterns(s),
    ...objects(s),
    // way out: write ![...s].some((c) => c.length === 1 && c >= "\ud800" && c <= "\udfff")
    `${![...s].some((c) => c.length === 1 && c >= "\ud800" && c <= "\udfff")}`,
    // way out: between operators a surrogate without its partner becomes U+FFFD by itself
    s + "\ud800".slice(0, 0),
    // way out: use toISOString()
    // way out: use toISOString(), and slice(0, 10) of it for the day
    new Date(0).toISOString() + new Date(0).toISOString().slice(0, 10),
    // way out: use getUTC…(): the zone of the machine is not known in a job
    `${new Date(0).getUTCHours()}`,
    // way out: make another one: new Date(date.getTime() + milliseconds), or new Date(Date.UTC(...))
    // way out: write new Date(Date.UTC(year, month, ...))
    // way out: carry the time in the record: new Date(milliseconds), or new Date(text) of ISO 8601 with a zone
    `${new Date(new Date(1).getTime() + 5).getTime()}${new Date(Date.UTC(2024, 1, 29)).getTime()}${new Date("2024-02-29T12:00:00Z").getTime()}`,
    // way out: derive the number from the record, for example from a hash of its key
    `${[...s].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 1000, 7)}`,
    Level[Level.High],
  ];
}
