// How TypeScript's types are represented in the module: `Rep`, one value per AssemblyScript type that lowered code uses, and
// its text. Owns equality of representations and the questions lowering asks about them. The mapping is in type_mapper.ts.
import type ts from "typescript-compiler-api";

/**
 * The representation of a value. `nullable` of a scalar is a boxed value or null, of anything else a reference or null. `mixed` is a
 * reference to one of several types; of none that are named, to anything, null and undefined too.
 */
export type Rep =
  | { readonly kind: "number" | "boolean" | "bigint" | "string" | "void" | "null" | "never" | "date" | "regexp" | "match" | "groups" }
  | { readonly kind: "array"; readonly item: Rep }
  | { readonly kind: "map"; readonly key: Rep; readonly value: Rep }
  | { readonly kind: "set"; readonly item: Rep }
  | { readonly kind: "dict"; readonly value: Rep }
  | { readonly kind: "mixed"; readonly of: readonly Rep[] }
  | { readonly kind: "record"; readonly record: RecordClass }
  | { readonly kind: "class"; readonly symbol: ts.Symbol; readonly args: readonly Rep[] }
  | { readonly kind: "api"; readonly name: string; readonly args: readonly Rep[] }
  | { readonly kind: "function"; readonly parameters: readonly Rep[]; readonly result: Rep }
  | { readonly kind: "nullable"; readonly of: Rep; readonly absent: Absent };

/** What TypeScript calls the missing value; in the module it is null always. "both": it must not be told apart. */
export type Absent = "null" | "undefined" | "both";

/** A class that stands for an object or tuple type. `fields` is filled once, in declared order. */
export interface RecordClass {
  id: number;
  name: string;
  fields: readonly Field[];
  tuple: boolean;
  /** A tuple whose last elements may be left out: how many it has is not known here. */
  open: boolean;
  /** It contains itself, so it has no finite column type. */
  recursive: boolean;
}

export interface Field {
  readonly name: string;
  readonly rep: Rep;
  /** Where the program names it. */
  readonly declared?: ts.Node | undefined;
}

export const NUMBER: Rep = { kind: "number" };
export const STRING: Rep = { kind: "string" };
export const BOOLEAN: Rep = { kind: "boolean" };
export const BIGINT: Rep = { kind: "bigint" };
export const DATE: Rep = { kind: "date" };
export const REGEXP: Rep = { kind: "regexp" };
export const MATCH: Rep = { kind: "match" };
/** The named groups of a match. */
export const GROUPS: Rep = { kind: "groups" };
export const VOID: Rep = { kind: "void" };
/** A value of any type, `unknown`. */
export const UNKNOWN: Rep & { kind: "mixed" } = { kind: "mixed", of: [] };
export const NULL: Rep = { kind: "null" };
export const NEVER: Rep = { kind: "never" };

/** The element of an array that never has one, `[]` by itself: it is told from text by identity, and its array fits any other. */
export const NO_ITEM: Rep = { kind: "string" };

const SCALARS: ReadonlySet<Rep["kind"]> = new Set(["number", "boolean", "bigint"]);

/** Numbers, booleans and bigints: no reference behind them. */
export function isScalar(rep: Rep): boolean {
  return SCALARS.has(rep.kind);
}

/** Text, a number, a boolean or a bigint. */
export function isPrimitive(rep: Rep): boolean {
  return isScalar(rep) || rep.kind === "string";
}

/** `T | null`; of something nullable itself, that. */
export function nullable(of: Rep, absent: Absent): Rep {
  if (of.kind === "null" || isUnknown(of)) return of;
  if (of.kind === "nullable") return of.absent === absent ? of : { kind: "nullable", of: of.of, absent: "both" };
  return { kind: "nullable", of, absent };
}

/** `{}`, `{} | undefined`: what TypeScript makes of `unknown` that is no null. */
export function isAnyObject(rep: Rep): boolean {
  const of = present(rep);
  return of.kind === "record" && of.record.fields.length === 0;
}

/** A value of any type. */
export function isUnknown(rep: Rep): boolean {
  return rep.kind === "mixed" && rep.of.length === 0;
}

const TOLD_APART: ReadonlySet<Rep["kind"]> = new Set(["number", "boolean", "bigint", "string", "array", "record", "dict", "map", "set", "date", "regexp"]);

/** Whether values of the type can be told from others when the job runs. */
export function mayBeMixed(rep: Rep): boolean {
  return TOLD_APART.has(rep.kind) || (rep.kind === "class" && rep.args.length === 0);
}

/** One representation for values of any of these types; undefined where some could not be told from others. */
export function oneOf(reps: readonly Rep[]): Rep | undefined {
  if (reps.some(isUnknown)) return UNKNOWN;
  const members = [...new Map(reps.flatMap((r) => (r.kind === "mixed" ? r.of : [r])).map((r) => [keyOf(r), r])).values()];
  const [only, ...others] = members;
  if (others.length === 0) return only;
  return members.every(mayBeMixed) ? { kind: "mixed", of: members } : undefined;
}

/** Without null. */
export function present(rep: Rep): Rep {
  return rep.kind === "nullable" ? rep.of : rep;
}

/** A text that is the same for equal representations only. */
export function keyOf(rep: Rep): string {
  switch (rep.kind) {
    case "array":
    case "set":
      return `${rep.kind}<${keyOf(rep.item)}>`;
    case "map":
      return `map<${keyOf(rep.key)},${keyOf(rep.value)}>`;
    case "mixed":
      return `mixed<${rep.of.map(keyOf).sort().join("|")}>`;
    case "dict":
      return `dict<${keyOf(rep.value)}>`;
    case "record":
      return `record#${rep.record.id}`;
    case "class":
      return `class#${symbolId(rep.symbol)}<${rep.args.map(keyOf).join(",")}>`;
    case "api":
      return `api.${rep.name}<${rep.args.map(keyOf).join(",")}>`;
    case "function":
      return `(${rep.parameters.map(keyOf).join(",")})=>${keyOf(rep.result)}`;
    case "nullable":
      return `${keyOf(rep.of)}?${rep.absent}`;
    default:
      return rep.kind;
  }
}

/** The same AssemblyScript type. */
export function sameRep(a: Rep, b: Rep): boolean {
  return keyOf(a) === keyOf(b);
}

const ids = new WeakMap<ts.Symbol, number>();
let nextId = 0;

function symbolId(symbol: ts.Symbol): number {
  const known = ids.get(symbol);
  if (known !== undefined) return known;
  ids.set(symbol, ++nextId);
  return nextId;
}

/** The field of a record, or undefined. */
export function fieldOf(record: RecordClass, name: string): Field | undefined {
  return record.fields.find((field) => field.name === name);
}

/** How the type is called in messages to the user. */
export function describe(given: Rep, depth = 0): string {
  const describeInner = (rep: Rep): string => describe(rep, depth + 1);
  const rep = given;
  switch (rep.kind) {
    case "array":
      return `${rep.item.kind === "nullable" || rep.item.kind === "function" ? `(${describeInner(rep.item)})` : describeInner(rep.item)}[]`;
    case "map":
      return `Map<${describeInner(rep.key)}, ${describeInner(rep.value)}>`;
    case "set":
      return `Set<${describeInner(rep.item)}>`;
    case "mixed":
      return rep.of.length === 0 ? "unknown" : rep.of.map(describeInner).join(" | ");
    case "dict":
      return `Record<string, ${describeInner(rep.value)}>`;
    case "record":
      return describeRecord(rep.record, depth);
    case "class":
      return rep.symbol.name;
    case "date":
      return "Date";
    case "regexp":
      return "RegExp";
    case "match":
      return "RegExpMatchArray";
    case "api":
      return rep.args.length > 0 ? `${rep.name}<${rep.args.map(describeInner).join(", ")}>` : rep.name;
    case "function":
      return `(${rep.parameters.map(describeInner).join(", ")}) => ${describeInner(rep.result)}`;
    case "nullable":
      return `${describeInner(rep.of)} | ${orMissing(rep.absent)}`;
    default:
      return rep.kind;
  }
}

/** What the value may be besides, in words. */
export function orMissing(absent: Absent): string {
  return absent === "both" ? "null | undefined" : absent;
}

/** Fields of a type that a message shows. */
const DESCRIBED_FIELDS = 12;

/** By its fields while it is small, else by its name. */
function describeRecord(record: RecordClass, depth: number): string {
  if (depth > 1 && !/^(Rec_|Tuple)/.test(record.name)) return record.name;
  if (depth > 1) return "{...}";
  const shown = record.fields.slice(0, DESCRIBED_FIELDS);
  const fields = shown.map((f) => (record.tuple ? describe(f.rep, depth + 1) : `${f.name}: ${describe(f.rep, depth + 1)}`));
  if (shown.length < record.fields.length) fields.push(`... ${record.fields.length - shown.length} more`);
  return record.tuple ? `[${fields.join(", ")}]` : `{ ${fields.join("; ")} }`;
}

/** The innermost field of a type for which the test gives something; undefined where no field is to blame. */
export function fieldWith(rep: Rep, test: (field: Rep) => unknown): Field | undefined {
  if (rep.kind === "nullable") return fieldWith(rep.of, test);
  if (rep.kind === "array") return fieldWith(rep.item, test);
  if (rep.kind !== "record" || rep.record.recursive) return undefined;
  const field = rep.record.fields.find((f) => test(f.rep) !== undefined);
  return field && (fieldWith(field.rep, test) ?? field);
}

/** Why the type cannot be a column or record of a stream; undefined when it can. */
export function notPortable(
  rep: Rep,
  isPortableClass: (rep: Rep & { kind: "class" }) => string | undefined,
): string | undefined {
  switch (rep.kind) {
    case "number":
    case "boolean":
    case "bigint":
    case "string":
      return undefined;
    case "array":
      return notPortable(rep.item, isPortableClass);
    case "nullable":
      if (rep.absent === "both")
        return `'${describe(rep)}' has both null and undefined, which a column cannot tell apart`;
      return notPortable(rep.of, isPortableClass);
    case "record":
      if (rep.record.recursive) return `'${describe(rep)}' contains itself`;
      for (const field of rep.record.fields) {
        const why = notPortable(field.rep, isPortableClass);
        if (why !== undefined) return why;
      }
      return undefined;
    case "class":
      return isPortableClass(rep);
    default:
      return `a value of type '${describe(rep)}' cannot be in a record`;
  }
}

/** The way out for what is of several types, where it is that which no column can be. */
export function columnForMixed(rep: Rep): string | undefined {
  if (present(rep).kind !== "mixed") return undefined;
  return "give each type a field of its own, such as text?: string and number?: number, or carry it as text: String(x), JSON.stringify(x)";
}
