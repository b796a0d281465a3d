// What lowering carries along: the job (one program), the unit (one lowered file), the function being lowered, and the values
// that expressions become. Owns temporaries and references between units; knows no construct of the language.
import ts from "typescript-compiler-api";
import type { Captures } from "../captures.ts";
import type { Program } from "../check.ts";
import { complaint } from "../codes.ts";
import type { Code as ErrorCode } from "../codes.ts";
import { Refused } from "../diagnostics.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { KeyOrders } from "../key_order.ts";
import type { MissingElements } from "../missing_elements.ts";
import { ERRORS, TypeRefused } from "../type_mapper.ts";
import type { Substitution, TypeMapper } from "../type_mapper.ts";
import { NULL, UNKNOWN, isScalar, isUnknown, keyOf, nullable } from "../types.ts";
import type { Rep } from "../types.ts";
import { quote } from "../writer.ts";
import type { Code } from "../writer.ts";

/** A lowered expression and what it is. */
export interface Value {
  readonly code: Code;
  readonly rep: Rep;
}

/** One file of lowered text: a file of the user, or one instantiation of a generic declaration of it. */
export interface Unit {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly imports: Map<Unit, string>;
  /** Texts of frame classes and of temporaries of the top level, for line 1. */
  readonly head: Map<string, string>;
  /** The generic declaration that this unit instantiates. */
  readonly instance: Instance | undefined;
}

/** A generic function or class with its type arguments. */
export interface Instance {
  readonly symbol: ts.Symbol;
  readonly declaration: ts.Node;
  readonly substitution: Substitution;
}

/** The function whose body is being lowered; the top level of a file is one too. */
export interface FunctionContext {
  readonly node: ts.SignatureDeclaration | undefined;
  readonly result: Rep;
  /** Declarations for the start of the body; undefined at the top level, where they go to the unit's head. */
  readonly temporaries: string[] | undefined;
  /** Text in front of `continue`, innermost loop last. */
  readonly turns: Code[];
  /** The try blocks with a finally around the place, innermost last. */
  readonly finals?: readonly Final[];
  /** The function hands on rows one by one instead of returning an array of them. */
  readonly emits?: Emission;
}

/** A try block with a finally: where `return`, `break` and `continue` in it wait until the finally has run. */
export interface Final {
  readonly node: ts.TryStatement;
  readonly id: number;
  /** What comes behind the finally, by the number that says which of them is meant. */
  readonly jumps: Map<number, Code>;
  readonly of: Context;
}

/** How a flatMap's function hands on rows: of which type, and what follows a `return`. */
export interface Emission {
  readonly item: Rep;
  readonly after: string;
  /** A returned value is one row, not an array: in a function inside `xs.map(...)`. */
  readonly single: boolean;
}

/** What every lowering function is given. */
export interface Context {
  readonly job: Job;
  readonly unit: Unit;
  readonly fn: FunctionContext;
  readonly substitution: Substitution;
}

/** A part of the dataflow that a stream function stands in, for its description. */
export interface Job {
  readonly program: Program;
  readonly checker: ts.TypeChecker;
  readonly types: TypeMapper;
  readonly orders: KeyOrders;
  readonly captures: Captures;
  readonly missing: MissingElements;
  readonly diagnostics: Diagnostics;
  readonly counter: { next: number };
  /** Exports that the module needs besides those of every module. */
  readonly exports: Set<string>;
  /** Types that have been complained about; once is enough. */
  readonly refusedTypes: Set<ts.Type>;
  /** The unit in which the declaration is lowered; makes one for a new instantiation. */
  unitOf(declaration: ts.Declaration, args: readonly Rep[]): Unit;
  /** What follows a `super(...)` statement: the fields that the constructor's parameters declare. */
  readonly afterSuper: Map<ts.Node, Code>;
  /** What the type parameters of a class stand for in one of its types. */
  substitutionOf(rep: Rep & { kind: "class" }): Substitution;
  /** Text of the instantiations of a class's generic methods; grows while others are lowered, before anything is rendered. */
  genericMethodsOf(rep: Rep & { kind: "class" }): Code[];
  /** The name of an instantiation of a generic method; the first time it is asked for, it is queued to be lowered. */
  genericMethod(
    rep: Rep & { kind: "class" },
    declaration: ts.MethodDeclaration,
    args: readonly Rep[],
  ): { name: string; substitution: Substitution };
  /** Why objects of the class cannot be records; undefined when they can. */
  classNotPortable(ctx: Context, rep: Rep & { kind: "class" }): string | undefined;
  /** The program has a `try`. */
  readonly catches: boolean;
  /** The program writes or reads JSON, so that records and classes need methods for it. */
  readonly usesJson: boolean;
  /** Values of which JSON is written, and where. */
  readonly jsonUses: { readonly rep: Rep; readonly node: ts.Node }[];
  /** The method by which objects of the class write their JSON, and why they cannot. */
  classJson(rep: Rep & { kind: "class" }): { readonly why: { readonly message: string; readonly hint: string } | undefined; readonly method: string };
  /** The patterns of the program, each with its number. */
  readonly patterns: Map<string, number>;
  /** The classes of the program that derive from it, directly or not. */
  derivedFrom(symbol: ts.Symbol): readonly ts.Symbol[];
  /** Another class of the program derives from it. */
  isExtended(symbol: ts.Symbol): boolean;
}

/** Reports what is wrong with the node and leaves the statement. */
export function refuse(ctx: Context, node: ts.Node, code: ErrorCode, message: string, hint?: string): never {
  ctx.job.diagnostics.add(node.getSourceFile(), node.getStart(), complaint(code, message, hint));
  throw new Refused(message);
}

/** The representation of the type; a type without one is reported at the node. */
export function repOf(ctx: Context, type: ts.Type, node: ts.Node): Rep {
  try {
    return ctx.job.types.rep(type, ctx.substitution);
  } catch (error) {
    if (!(error instanceof TypeRefused)) throw error;
    const isNew = !ctx.job.refusedTypes.has(type) || error.complaint.code === "LF101";
    ctx.job.refusedTypes.add(type);
    const place = error.field ?? node;
    if (isNew) ctx.job.diagnostics.add(place.getSourceFile(), place.getStart(), error.complaint);
    throw new Refused(error.message);
  }
}

/** The representation of an expression as TypeScript sees it at its place. */
export function repAt(ctx: Context, node: ts.Node): Rep {
  return repOf(ctx, ctx.job.checker.getTypeAtLocation(node), node);
}

/** The representation that a variable, parameter or field was declared with. */
export function repOfSymbol(ctx: Context, symbol: ts.Symbol, node: ts.Node): Rep {
  if (symbol.valueDeclaration !== undefined && ts.isCatchClause(symbol.valueDeclaration.parent)) return UNKNOWN;
  const rep = repOf(ctx, ctx.job.checker.getTypeOfSymbol(symbol), symbol.valueDeclaration ?? node);
  if (rep.kind === "never") return NULL;
  if (rep.kind === "nullable" && rep.absent === "undefined" && hasDefault(symbol)) return rep.of;
  return ctx.job.missing.has(symbol) ? nullable(rep, "undefined") : rep;
}

/** A parameter with a default: its function always sees a value. */
function hasDefault(symbol: ts.Symbol): boolean {
  const { valueDeclaration } = symbol;
  if (symbol.flags & ts.SymbolFlags.Property) return false;
  return valueDeclaration !== undefined && ts.isParameter(valueDeclaration) && valueDeclaration.initializer !== undefined;
}

/** A new name that no user's name can be. */
export function freshName(ctx: Context, prefix: string): string {
  return `__${prefix}${ctx.job.counter.next++}`;
}

/** A new variable of the function for an intermediate value. */
export function temporary(ctx: Context, rep: Rep): string {
  const name = freshName(ctx, "t");
  const declaration = `let ${name}: ${typeText(ctx, rep)} = __l.zero<${typeText(ctx, rep)}>();`;
  if (ctx.fn.temporaries !== undefined) ctx.fn.temporaries.push(declaration);
  else ctx.unit.head.set(name, declaration);
  return name;
}

/** `"file", line, column` of the node: the user's place, as helpers take it. */
export function place(ctx: Context, node: ts.Node): string {
  const source = node.getSourceFile();
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
  return `${quote(ctx.job.program.pathOf(source))}, ${line + 1}, ${character + 1}`;
}

/** How another unit's declarations are reached: `__u2.`; empty for the own unit. */
export function unitPrefix(ctx: Context, unit: Unit): string {
  if (unit === ctx.unit) return "";
  let alias = ctx.unit.imports.get(unit);
  if (alias === undefined) ctx.unit.imports.set(unit, (alias = `__u${ctx.unit.imports.size}`));
  return `${alias}.`;
}

/** The name of a top-level declaration, as this unit reaches it. */
export function globalName(ctx: Context, symbol: ts.Symbol, args: readonly Rep[] = []): string {
  const declaration = (symbol.valueDeclaration ?? symbol.declarations?.[0]) as ts.Declaration;
  return unitPrefix(ctx, ctx.job.unitOf(declaration, args)) + topLevelName(symbol, declaration);
}

/** `export default function () {}` has no name of its own. */
function topLevelName(symbol: ts.Symbol, declaration: ts.Declaration): string {
  const name = ts.getNameOfDeclaration(declaration);
  return name !== undefined && ts.isIdentifier(name) ? localName(name.text) : `__${symbol.name}`;
}

const RESERVED: ReadonlySet<string> = new Set(
  (
    "i8 i16 i32 i64 isize u8 u16 u32 u64 usize bool f32 f64 v128 string void auto abstract as declare from get set is keyof module namespace of readonly " +
    "type infer async function override private public protected unchecked changetype unreachable isize " +
    "funcref externref anyref eqref structref arrayref i31ref Array String Function Object NaN Infinity " +
    "await break case catch class const constructor continue debugger default delete do else enum export extends false finally for if implements import in " +
    "instanceof interface let new null package return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/** A user's name as it is written in the lowered text: different ones stay different, since no other has a `$u`. */
export function localName(name: string): string {
  const clean = name
    .replace(/\$(?=u)/g, "$$u24")
    .replace(/^#/, "__private_")
    .replace(/[^\w$]/gu, (c) => `$u${(c.codePointAt(0) ?? 0).toString(16)}$`);
  const isTaken = RESERVED.has(clean) || /^(\d|__(?!private_)|$)/.test(clean);
  return isTaken ? `$u_${clean}` : clean;
}

/** The AssemblyScript type. */
export function typeText(ctx: Context, rep: Rep): string {
  switch (rep.kind) {
    case "number":
      return "f64";
    case "boolean":
      return "bool";
    case "bigint":
      return "i64";
    case "string":
      return "string";
    case "void":
    case "never":
      return "void";
    case "null":
      return "string | null";
    case "array":
      return `Array<${typeText(ctx, rep.item)}>`;
    case "map":
      return `__js.JsMap<${typeText(ctx, rep.key)}, ${typeText(ctx, rep.value)}>`;
    case "set":
      return `__js.JsSet<${typeText(ctx, rep.item)}>`;
    case "dict":
      return `__js.JsDict<${typeText(ctx, rep.value)}>`;
    case "record":
      return `__r.${rep.record.name}`;
    case "mixed":
      return isUnknown(rep) ? "__js.Mixed | null" : "__js.Mixed";
    case "class":
      return ERRORS.has(rep.symbol.name) && ctx.job.program.isLibrary(rep.symbol) ? `__js.Js${rep.symbol.name}` : globalName(ctx, rep.symbol, rep.args);
    case "date":
      return "__js.JsDate";
    case "regexp":
      return "__js.JsRegExp";
    case "match":
    case "groups":
      return "__js.JsMatch";
    case "api":
      return `__lf.${rep.name}${typeArguments(ctx, rep.args)}`;
    case "function":
      return `__l.Closure<${functionText(ctx, rep)}>`;
    case "nullable":
      return `${isBoxed(rep.of) ? `__l.Some<${typeText(ctx, rep.of)}>` : typeText(ctx, rep.of)} | null`;
  }
}

/** What a variable of the type holds before it has a value. */
export function emptyText(ctx: Context, rep: Rep): string {
  if (isUnknown(rep)) return "__js.mixed_undefined()";
  if (rep.kind === "nullable") return "null";
  return isScalar(rep) ? `__l.zero<${typeText(ctx, rep)}>()` : `changetype<${typeText(ctx, rep)}>(0)`;
}

function isBoxed(rep: Rep): boolean {
  return rep.kind === "number" || rep.kind === "boolean" || rep.kind === "bigint";
}

/** `<A, B>`, or nothing. */
export function typeArguments(ctx: Context, reps: readonly Rep[]): string {
  return reps.length === 0 ? "" : `<${reps.map((r) => typeText(ctx, r)).join(", ")}>`;
}

/** The type of the function inside a closure: its environment first. */
export function functionText(ctx: Context, rep: Rep & { kind: "function" }): string {
  const parameters = rep.parameters.map((p, i) => `, a${i}: ${typeText(ctx, p)}`).join("");
  return `(__env: usize${parameters}) => ${typeText(ctx, rep.result)}`;
}

/** Describes an unexpected internal state at a node; becomes LF900. */
export class InternalError extends Error {
  readonly node: ts.Node;

  constructor(node: ts.Node, message: string) {
    super(message);
    this.node = node;
  }
}

/** For maps keyed by several representations. */
export function keyOfAll(reps: readonly Rep[]): string {
  return reps.map(keyOf).join(",");
}
