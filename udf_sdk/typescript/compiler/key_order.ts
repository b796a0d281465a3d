// The order of an object's fields as JavaScript has it: names that are whole numbers first, by size, then the others as they were
// made. Records of one class have one order of columns: that in which the program's literals make them, where they agree, else that
// of the type; what a source reads keeps the order of its type, since a source may go by position. Also the order in which the
// records of one stream are made, which a sink writes.
import ts from "typescript-compiler-api";
import { returns } from "./analysis.ts";
import { apiMethodOf } from "./api_table.ts";
import type { Program } from "./check.ts";
import { bare, functionOfConst, symbolOf } from "./scopes.ts";
import type { Field, RecordClass } from "./types.ts";

/** What a literal is made of, in order: names, and records that are spread into it. */
export type Made = readonly (string | RecordClass)[];

/** The orders of all records of a program. */
export class KeyOrders {
  readonly #made = new Map<RecordClass, Made[]>();
  readonly #read = new Set<RecordClass>();
  readonly #known = new Map<RecordClass, readonly Field[]>();

  /** A literal makes the record so. */
  note(record: RecordClass, made: Made): void {
    this.#made.set(record, [...(this.#made.get(record) ?? []), made]);
  }

  /** A source reads the record. */
  noteRead(record: RecordClass): void {
    this.#read.add(record);
  }

  /** Whether the record's literals make it in one order, which is that of its columns. */
  isSettled(record: RecordClass): boolean {
    const columns = this.columnsOf(record).map((f) => f.name);
    const lists = (this.#made.get(record) ?? []).map((made) => inOrder(this.#names(made, record)));
    return lists.every((list) => list.every((name, i) => i === 0 || columns.indexOf(list[i - 1] as string) < columns.indexOf(name)));
  }

  /** The record's fields in the order of its columns; asked when all literals have been seen. */
  columnsOf(record: RecordClass): readonly Field[] {
    if (this.#read.has(record) || record.tuple) return record.fields;
    const known = this.#known.get(record);
    if (known !== undefined) return known;
    const declared = record.fields.map((f) => f.name);
    this.#known.set(record, record.fields);
    const lists = (this.#made.get(record) ?? []).map((made) => this.#names(made, record));
    const names = inOrder(agreed(declared, lists) ?? declared);
    const columns = names.map((name) => record.fields.find((f) => f.name === name) as Field);
    this.#known.set(record, columns);
    return columns;
  }

  /** A record spread into one of its own class says nothing of the order. */
  #names(made: Made, record: RecordClass): string[] {
    if (made[0] === record) return [];
    return [...new Set(made.flatMap((m) => (typeof m === "string" ? [m] : this.columnsOf(m).map((f) => f.name))))];
  }
}

/** Whole numbers first. */
export function inOrder(names: readonly string[]): string[] {
  const isIndex = (name: string): boolean => /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < 4294967295;
  const indices = names.filter(isIndex).sort((a, b) => Number(a) - Number(b));
  return [...indices, ...names.filter((name) => !isIndex(name))];
}

/** The names in an order that contradicts none of the lists, as near to the declared one as can be; undefined where they contradict. */
function agreed(declared: readonly string[], lists: readonly (readonly string[])[]): string[] | undefined {
  const before = new Map(declared.map((name) => [name, new Set<string>()]));
  for (const list of lists) list.forEach((name, i) => i > 0 && before.get(name)?.add(list[i - 1] as string));
  const out: string[] = [];
  while (out.length < declared.length) {
    const next = declared.find((name) => !out.includes(name) && [...(before.get(name) ?? [])].every((b) => out.includes(b)));
    if (next === undefined) return undefined;
    out.push(next);
  }
  return out;
}

/** The order in which the stream's records are made, where its last function that makes records says so. */
export function orderOfStream(program: Program, given: ts.Expression): readonly string[] | undefined {
  const node = bare(given);
  if (ts.isIdentifier(node)) {
    const declaration = symbolOf(program.checker, node)?.valueDeclaration;
    const isConst = declaration !== undefined && ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined;
    return isConst ? orderOfStream(program, declaration.initializer as ts.Expression) : undefined;
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const method = apiMethodOf(program, node);
  const [fn0, finish] = node.arguments;
  if (method === undefined || method.makes !== undefined || method.readsSide) return undefined;
  const given0 = method.variants["finish"] === undefined ? fn0 : (finish ?? fn0);
  const isMade = method.answers === "records" && given0 !== undefined && !isSame(program, node);
  if (!isMade) return orderOfStream(program, node.expression.expression);
  const fn = functionBehind(program.checker, given0);
  if (fn === undefined) return undefined;
  const orders = returns(fn)
    .flatMap((r) => (method.emitting === undefined ? [r] : rowsOf(r)))
    .map((r) => orderOfRow(program, r, fn, node.expression as ts.PropertyAccessExpression));
  const [first] = orders;
  return first !== undefined && orders.every((o) => o?.join("\0") === first.join("\0")) ? inOrder(first) : undefined;
}

/** `filter` hands on the records that it is given. */
function isSame(program: Program, node: ts.CallExpression): boolean {
  const { checker } = program;
  const receiver = (node.expression as ts.PropertyAccessExpression).expression;
  return checker.getTypeAtLocation(node) === checker.getTypeAtLocation(receiver);
}

function functionBehind(checker: ts.TypeChecker, given: ts.Expression): ts.FunctionLikeDeclaration | undefined {
  const node = bare(given);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return node;
  const declaration = ts.isIdentifier(node) ? symbolOf(checker, node)?.valueDeclaration : undefined;
  return declaration !== undefined && ts.isFunctionDeclaration(declaration) ? declaration : functionOfConst(declaration);
}

/** The rows of a flatMap's array, as far as they are written there. */
function rowsOf(given: ts.Expression): ts.Expression[] {
  const node = bare(given);
  if (ts.isArrayLiteralExpression(node)) return [...node.elements];
  const [fn] = ts.isCallExpression(node) ? node.arguments : [];
  const isMap = ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "map";
  return isMap && fn !== undefined && ts.isArrowFunction(fn) ? returns(fn) : [node];
}

function orderOfRow(
  program: Program,
  given: ts.Expression,
  fn: ts.FunctionLikeDeclaration,
  callee: ts.PropertyAccessExpression,
): string[] | undefined {
  const node = bare(given);
  const { checker } = program;
  const isInput = (e: ts.Expression): boolean => {
    const declaration = ts.isIdentifier(e) ? symbolOf(checker, e)?.valueDeclaration : undefined;
    return declaration !== undefined && fn.parameters.some((p) => p === declaration);
  };
  const ofOther = (e: ts.Expression): string[] => {
    const known = isInput(e) ? orderOfStream(program, callee.expression) : undefined;
    return [...(known ?? inOrder(checker.getPropertiesOfType(checker.getTypeAtLocation(e)).map((p) => p.name)))];
  };
  if (isInput(node)) return ofOther(node);
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const names = node.properties.flatMap((p) => {
    if (ts.isSpreadAssignment(p)) return ofOther(bare(p.expression));
    const { name } = p;
    return ts.isIdentifier(name) || ts.isStringLiteralLike(name) || ts.isNumericLiteral(name) ? [name.text] : [];
  });
  return [...new Set(names)];
}
