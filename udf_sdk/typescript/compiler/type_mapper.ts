// TypeScript's types -> representations. Owns the cache, the record classes (one per structural type) and the errors for types
// that a job cannot have. Type parameters are looked up in a substitution: generic code is lowered once per instantiation.
import ts from "typescript-compiler-api";
import { refused as refusedGlobal } from "./builtins.ts";
import { complaint } from "./codes.ts";
import type { Complaint } from "./diagnostics.ts";
import { isGroupsType, isMatchType, isPatternType } from "./patterns/known.ts";
import type { Program } from "./check.ts";
import { BIGINT, BOOLEAN, DATE, GROUPS, MATCH, NEVER, NO_ITEM, NULL, NUMBER, REGEXP, STRING, UNKNOWN, VOID, describe, nullable, oneOf, present, sameRep } from "./types.ts";
import { RecordClasses, differingField, mergedFields, recordName } from "./record_classes.ts";
import type { Field, Rep, RecordClass } from "./types.ts";

/** What type parameters stand for, in one instantiation. */
export type Substitution = ReadonlyMap<ts.Symbol, Rep>;

export const NO_SUBSTITUTION: Substitution = new Map();

/** Thrown when a type has no representation. */
export class TypeRefused extends Error {
  readonly complaint: Complaint;
  /** The field that has the type, where it is one of the program's own. */
  field: ts.Node | undefined;

  constructor(what: Complaint) {
    super(what.message);
    this.complaint = what;
  }
}

const COLLECTIONS: ReadonlyMap<string, "map" | "set"> = new Map([
  ["Map", "map"],
  ["ReadonlyMap", "map"],
  ["Set", "set"],
  ["ReadonlySet", "set"],
]);

/** Errors of the library that a job has. */
export const ERRORS: ReadonlySet<string> = new Set(["Error", "TypeError", "RangeError", "SyntaxError"]);

const PRIMITIVE =
  ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike | ts.TypeFlags.BigIntLike;

const NULLISH = ts.TypeFlags.Null | ts.TypeFlags.Undefined;

/** Maps types of one program. */
export class TypeMapper {
  readonly classes = new RecordClasses();
  readonly #program: Program;
  readonly #checker: ts.TypeChecker;
  readonly #caches = new WeakMap<Substitution, Map<ts.Type, Rep>>();

  constructor(program: Program) {
    this.#program = program;
    this.#checker = program.checker;
  }

  /**
   * The representation of a type.
   *
   * @throws TypeRefused when it has none.
   */
  rep(type: ts.Type, substitution: Substitution): Rep {
    let cache = this.#caches.get(substitution);
    if (cache === undefined) this.#caches.set(substitution, (cache = new Map()));
    const known = cache.get(type);
    if (known !== undefined) return known;
    const rep = this.#map(type, substitution);
    if (!this.classes.isBusy) cache.set(type, rep);
    return rep;
  }

  /** Whether the type has a representation. */
  has(type: ts.Type, substitution: Substitution): boolean {
    try {
      return this.#map(type, substitution) !== undefined;
    } catch (error) {
      if (error instanceof TypeRefused) return false;
      throw error;
    }
  }

  #map(given: ts.Type, substitution: Substitution): Rep {
    const type = this.#awaited(given);
    const basic = this.#basic(type);
    if (basic !== undefined) return basic;
    if (type.flags & ts.TypeFlags.TypeParameter) return this.#parameter(type, substitution);
    if (type.isUnion()) return this.#union(type, substitution);
    if (type.isIntersection()) return this.#intersection(type, substitution);
    if (type.flags & ts.TypeFlags.Object) return this.#object(type, substitution);
    throw this.#refuse(complaint("LF106", `type '${this.#text(type)}' is not supported in a job`));
  }

  /** Promise<T> is T: nothing waits in a job. */
  #awaited(type: ts.Type): ts.Type {
    const isPromise = this.#program.isLibrary(type.symbol) && /^Promise(Like)?$/.test(type.symbol.name);
    return isPromise ? (this.#checker.getTypeArguments(type as ts.TypeReference)[0] ?? type) : type;
  }

  #basic(type: ts.Type): Rep | undefined {
    const flags = type.flags;
    const every = (flag: ts.TypeFlags): boolean =>
      type.isUnion() ? type.types.every((t) => t.flags & flag) : (flags & flag) !== 0;
    if (flags & ts.TypeFlags.Any)
      throw this.#refuse(complaint("LF101", "this has type 'any': a job needs to know the type of every value"));
    if (flags & ts.TypeFlags.Unknown) return UNKNOWN;
    if (every(ts.TypeFlags.StringLike)) return STRING;
    if (every(ts.TypeFlags.NumberLike)) return NUMBER;
    if (every(ts.TypeFlags.BooleanLike)) return BOOLEAN;
    if (every(ts.TypeFlags.BigIntLike)) return BIGINT;
    if (flags & ts.TypeFlags.Void) return VOID;
    if (flags & NULLISH) return NULL;
    if (flags & ts.TypeFlags.Never) return NEVER;
    return undefined;
  }

  #parameter(type: ts.Type, substitution: Substitution): Rep {
    const rep = substitution.get(type.symbol);
    if (rep !== undefined) return rep;
    const constraint = (type as ts.TypeParameter & { isThisType?: boolean }).isThisType
      ? this.#checker.getBaseConstraintOfType(type)
      : undefined;
    if (constraint !== undefined) return this.rep(constraint, substitution);
    throw this.#refuse(complaint("LF109", `type parameter '${this.#text(type)}' is not known here`));
  }

  #union(type: ts.UnionType, substitution: Substitution): Rep {
    const rest = type.types.filter((t) => !(t.flags & (NULLISH | ts.TypeFlags.Void)));
    const absent = type.types.filter((t) => t.flags & (NULLISH | ts.TypeFlags.Void));
    const inner = this.#alternatives(type, rest, substitution);
    if (absent.length === 0 || inner.kind === "void") return inner;
    const missing = absent.map((t) => (t.flags & ts.TypeFlags.Null ? "null" : "undefined"));
    return missing.reduce<Rep>(nullable, inner);
  }

  #alternatives(type: ts.UnionType, rest: readonly ts.Type[], substitution: Substitution): Rep {
    const flagged: readonly [ts.TypeFlags, Rep][] = [
      [ts.TypeFlags.StringLike, STRING],
      [ts.TypeFlags.NumberLike, NUMBER],
      [ts.TypeFlags.BooleanLike, BOOLEAN],
      [ts.TypeFlags.BigIntLike, BIGINT],
    ];
    for (const [flag, rep] of flagged) if (rest.every((t) => t.flags & flag)) return rep;
    const [only, ...others] = rest;
    if (only !== undefined && others.length === 0) return this.rep(only, substitution);
    if (rest.some(isMatchType) && rest.every((t) => isMatchType(t) || this.#isTexts(t))) return MATCH;
    const shared = this.#sameForAll(rest, substitution);
    if (shared !== undefined) return shared;
    const base = this.#commonBase(rest, substitution) ?? this.#merged(type, rest, substitution);
    if (base !== undefined) return base;
    const several = this.#several(rest, substitution);
    if (several !== undefined) return several;
    const isObjects = rest.every((t) => this.#isPlainObject(t));
    const field = isObjects ? differingField(rest.map((t) => this.#fields(t, substitution))) : undefined;
    const wayOut = field && `'${field}' has types in them that a job cannot tell apart: give each its own name, such as '${field}Call' and '${field}Text'`;
    throw this.#refuse(complaint("LF103", `union type '${this.#text(type)}' is not supported in a job`, wayOut));
  }

  /** Values that are told apart when the job runs; the object types among them are one, where that can be. */
  #several(rest: readonly ts.Type[], substitution: Substitution): Rep | undefined {
    const objects = rest.filter((t) => this.#isPlainObject(t));
    const [first, ...more] = objects;
    const merged = first !== undefined && more.length > 0 ? this.#merged(first, objects, substitution) : undefined;
    const others = merged === undefined ? rest : rest.filter((t) => !objects.includes(t));
    return oneOf([...(merged === undefined ? [] : [merged]), ...others.map((t) => this.rep(t, substitution))]);
  }

  /** `string[]`, `[]`, `[string]`: what stands for a match that is not there, `text.match(pattern) ?? []`. */
  #isTexts(type: ts.Type): boolean {
    if (!this.#checker.isArrayType(type) && !this.#checker.isTupleType(type)) return false;
    return this.#checker.getTypeArguments(type as ts.TypeReference).every((t) => (t.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Never)) !== 0);
  }

  #sameForAll(types: readonly ts.Type[], substitution: Substitution): Rep | undefined {
    if (types.every((t) => this.#isPlainObject(t))) return undefined;
    const [first, ...others] = types.map((t) => this.rep(t, substitution));
    return first !== undefined && others.every((r) => sameRep(r, first)) ? first : undefined;
  }

  #isPlainObject(type: ts.Type): boolean {
    if (!(type.flags & ts.TypeFlags.Object) || this.#checker.isArrayType(type) || this.#checker.isTupleType(type))
      return false;
    if (this.#program.isLibrary(type.symbol) || type.getCallSignatures().length > 0) return false;
    return type.symbol === undefined || !this.#program.isClassLike(type.symbol);
  }

  /**
   * A union of object types is one record with the fields of all of them; what some do not have may be absent there.
   * Each of them is represented by that record from then on, so that a value needs no change when TypeScript narrows it.
   */
  #merged(type: ts.Type, parts: readonly ts.Type[], substitution: Substitution): Rep | undefined {
    if (!parts.every((t) => this.#isPlainObject(t))) return undefined;
    return this.classes.opened(type, () => {
      const shapes = parts.map((t) => this.#fields(t, substitution));
      const fields = mergedFields(shapes);
      if (fields === undefined) return undefined;
      return { fields, name: type.aliasSymbol?.name ?? recordName(fields), others: shapes };
    });
  }

  #fields(type: ts.Type, substitution: Substitution): Field[] {
    return this.#checker.getPropertiesOfType(type).map((p) => ({
      name: p.name,
      rep: this.#property(p, substitution),
      declared: p.declarations?.[0],
    }));
  }

  /** The class that all the others extend. */
  #commonBase(types: readonly ts.Type[], substitution: Substitution): Rep | undefined {
    if (!types.every((t) => t.isClass())) return undefined;
    const bases = (t: ts.Type): ts.Type[] => [t, ...(t.getBaseTypes() ?? []).flatMap(bases)];
    const common = bases(types[0] as ts.Type).find((b) => types.every((t) => bases(t).includes(b)));
    return common && this.rep(common, substitution);
  }

  #intersection(type: ts.IntersectionType, substitution: Substitution): Rep {
    const named = type.types.filter((t) => !this.#isAnything(t));
    if (named.length === 1) return present(this.rep(named[0] as ts.Type, substitution));
    const primitive = type.types.find((t) => t.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike));
    return primitive ? this.rep(primitive, substitution) : this.#record(type, substitution);
  }

  /** `{}`: NonNullable<T> is T & {}. */
  #isAnything(type: ts.Type): boolean {
    return (
      (type.flags & ts.TypeFlags.Object) !== 0 &&
      type.getProperties().length === 0 &&
      type.getCallSignatures().length === 0 &&
      !this.#program.isLibrary(type.symbol)
    );
  }

  #object(type: ts.Type, substitution: Substitution): Rep {
    const checker = this.#checker;
    const args = (): Rep[] => checker.getTypeArguments(type as ts.TypeReference).map((t) => this.rep(t, substitution));
    if (checker.isArrayType(type)) {
      const item = args()[0] as Rep;
      return { kind: "array", item: item.kind === "never" ? NO_ITEM : item };
    }
    if (checker.isTupleType(type)) return this.#tuple(type as ts.TupleTypeReference, args());
    const isMapped = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Mapped) !== 0;
    if (this.#program.isLibrary(type.symbol) && !isMapped) {
      const collection = COLLECTIONS.get(type.symbol.name);
      if (collection === "map") return { kind: "map", key: args()[0] as Rep, value: args()[1] as Rep };
      if (collection === "set") return { kind: "set", item: args()[0] as Rep };
      if (type.symbol.name === "Date") return DATE;
      if (ERRORS.has(type.symbol.name)) return { kind: "class", symbol: type.symbol, args: [] };
      if (isPatternType(type)) return REGEXP;
      if (isMatchType(type)) return MATCH;
      if (isGroupsType(type)) return GROUPS;
      if (type.symbol.name === "__type" && checker.getIndexInfosOfType(type).length > 0) return this.#record(type, substitution);
      if (type.symbol.name === "RegExpIndicesArray") return { kind: "array", item: nullable({ kind: "record", record: this.tuple([NUMBER, NUMBER]) }, "undefined") };
      if (type.getCallSignatures().length === 0) throw this.#refuse(this.#libraryComplaint(type));
    }
    if (type.getCallSignatures().length > 0) return this.#function(type, substitution);
    if (this.#program.isApi(type.symbol)) return this.#api(type, substitution);
    if (type.symbol !== undefined && this.#program.isClassLike(type.symbol)) return this.#class(type, substitution);
    return this.#record(type, substitution);
  }

  #libraryComplaint(type: ts.Type): Complaint {
    const name = type.symbol.name.replace(/Constructor$/, "");
    const known = refusedGlobal(name);
    return known.code === "LF409" ? complaint("LF104", `'${this.#text(type)}' is not available in a job`) : known;
  }

  #api(type: ts.Type, substitution: Substitution): Rep {
    const own = type.symbol.declarations?.some((d) => ts.isInterfaceDeclaration(d) || ts.isTypeLiteralNode(d)) ?? false;
    const hasMethods = type.getProperties().some((p) => (p.flags & ts.SymbolFlags.Method) !== 0);
    if (own && !hasMethods && !type.symbol.declarations?.some(ts.isClassDeclaration)) return this.#record(type, substitution);
    return { kind: "api", name: type.symbol.name, args: this.#ownArguments(type, substitution) };
  }

  #class(type: ts.Type, substitution: Substitution): Rep {
    return { kind: "class", symbol: type.symbol, args: this.#ownArguments(type, substitution) };
  }

  /** The type arguments of a class, without the hidden one for `this`. */
  #ownArguments(type: ts.Type, substitution: Substitution): Rep[] {
    const reference = type as ts.TypeReference;
    const count = reference.target?.typeParameters?.length ?? 0;
    return count === 0
      ? []
      : this.#checker
          .getTypeArguments(reference)
          .slice(0, count)
          .map((t) => this.rep(t, substitution));
  }

  #function(type: ts.Type, substitution: Substitution): Rep {
    const [signature, ...more] = type.getCallSignatures();
    if (signature === undefined || more.length > 0) {
      throw this.#refuse(
        complaint("LF106", `an overloaded function ('${this.#text(type)}') cannot be a value`, "give it one signature"),
      );
    }
    if (signature.typeParameters !== undefined)
      throw this.#refuse(complaint("LF109", "a generic function cannot be a value"));
    return this.signature(signature, substitution);
  }

  /** The representation of a signature. */
  signature(signature: ts.Signature, substitution: Substitution): Rep & { kind: "function" } {
    const parameters = signature.parameters.map((p) => {
      const rep = this.rep(this.#checker.getTypeOfSymbol(p), substitution);
      return mayBeLeftOut(p) ? nullable(rep, "undefined") : rep;
    });
    const result = signature.getReturnType();
    const returns = result.flags & ts.TypeFlags.Undefined ? VOID : this.rep(result, substitution);
    return { kind: "function", parameters, result: returns };
  }

  #tuple(type: ts.TupleTypeReference, items: readonly Rep[]): Rep {
    if (type.target.elementFlags.some((f) => f & ts.ElementFlags.Variable)) {
      throw this.#refuse(
        complaint("LF106", `a tuple of open length ('${this.#text(type)}') is not supported`, "use an array"),
      );
    }
    const first = items[0];
    if (type.target.readonly && first !== undefined && items.every((i) => sameRep(i, first)))
      return { kind: "array", item: first };
    const isOpen = type.target.elementFlags.some((f) => f & ts.ElementFlags.Optional);
    return { kind: "record", record: this.tuple(items, type.aliasSymbol?.name, isOpen) };
  }

  /** The record class of a tuple; its fields are called _0, _1, ... */
  tuple(items: readonly Rep[], name?: string, isOpen = false): RecordClass {
    return this.classes.shaped(
      items.map((rep, i) => ({ name: `_${i}`, rep })),
      name ?? `Tuple${items.length}`,
      true,
      isOpen,
    );
  }

  #record(type: ts.Type, substitution: Substitution): Rep {
    const [index, ...more] = this.#checker.getIndexInfosOfType(type);
    if (index !== undefined) return this.#dict(type, more.length > 0 ? undefined : index, substitution);
    return this.classes.opened(type, () => {
      const fields = this.#fields(type, substitution);
      return { fields, name: this.#nameOf(type) ?? recordName(fields), others: [] };
    }) as Rep;
  }

  /** An object by key: all that is in it has one type. */
  #dict(type: ts.Type, index: ts.IndexInfo | undefined, substitution: Substitution): Rep {
    const isPlain = index !== undefined && (index.keyType.flags & (ts.TypeFlags.String | ts.TypeFlags.Number)) !== 0;
    if (!isPlain || this.#checker.getPropertiesOfType(type).length > 0)
      throw this.#refuse(complaint("LF105", `'${this.#text(type)}' has keys of its own besides any others, or keys that are neither text nor numbers`));
    return { kind: "dict", value: this.rep(this.#checker.getBaseTypeOfLiteralType(index.type), substitution) };
  }

  #property(property: ts.Symbol, substitution: Substitution): Rep {
    const type = this.#checker.getTypeOfSymbol(property);
    try {
      return this.rep(this.#checker.getBaseTypeOfLiteralType(type), substitution);
    } catch (error) {
      const declared = property.declarations?.[0];
      if (error instanceof TypeRefused && declared !== undefined && !declared.getSourceFile().isDeclarationFile) error.field ??= declared;
      throw error;
    }
  }

  #nameOf(type: ts.Type): string | undefined {
    if (type.aliasSymbol !== undefined && !this.#program.isLibrary(type.aliasSymbol)) return type.aliasSymbol.name;
    return type.symbol !== undefined && type.symbol.flags & ts.SymbolFlags.Interface ? type.symbol.name : undefined;
  }

  #refuse(what: Complaint): TypeRefused {
    return new TypeRefused(what);
  }

  #text(type: ts.Type): string {
    return this.#checker.typeToString(type);
  }

  /** How the type is called in messages. */
  describe(type: ts.Type, substitution: Substitution): string {
    try {
      return describe(this.rep(type, substitution));
    } catch {
      return this.#text(type);
    }
  }
}

/** A parameter with a default: inside its function it always has a value, for callers it is optional. */
function mayBeLeftOut(parameter: ts.Symbol): boolean {
  const declaration = parameter.valueDeclaration;
  return declaration !== undefined && ts.isParameter(declaration) && declaration.initializer !== undefined;
}
