// Reading values out of Arrow batches in linear memory (docs/abi.md, section 6).
//
// `bind` turns an ArrowArray into a table with 16 bytes per column, so that reading a value is two loads. A table is
// what generated code knows as the handle `c`. A column that the batch lacks (`reads`) has a table entry of zeros and
// reads as a default. Which type a column has is T's business: the host checked the batch against the graph.
import { ARRAY_BUFFERS, ARRAY_CHILDREN, ARRAY_N_BUFFERS, ARRAY_N_CHILDREN } from "./abi";
import { take } from "rt/stub";
import { isBox, isRecord } from "./types";
import { decode } from "./utf8";

@unmanaged
class Column {
  validity: usize;
  values: usize; // numbers, bits, or offsets
  bytes: usize;
  child: usize; // table of the child's columns
}

// @ts-ignore: decorator
@inline
function columnOf(table: usize, k: i32): Column {
  return changetype<Column>(table + (<usize>k << 4));
}

function newTable(count: i32): usize {
  const table = take(<usize>max(count, 1) << 4);
  memory.fill(table, 0, <usize>max(count, 1) << 4);
  return table;
}

/** The table of a struct's columns, all in declared order. */
export function bind(array: usize): usize {
  const count = load<i32>(array, ARRAY_N_CHILDREN);
  const table = newTable(count);
  const children = load<u32>(array, ARRAY_CHILDREN);
  for (let k = 0; k < count; k++) bindColumn(columnOf(table, k), load<u32>(children + (k << 2)));
  return table;
}

/** The same where the batch has only some columns: child i of the array is column `numbers[i]` of `count`. */
export function bindSome(array: usize, count: i32, numbers: Array<i32>): usize {
  const table = newTable(count);
  const children = load<u32>(array, ARRAY_CHILDREN);
  for (let i = 0; i < numbers.length; i++) {
    bindColumn(columnOf(table, numbers[i]), load<u32>(children + (i << 2)));
  }
  return table;
}

/** A table of `count` columns that has only the columns `numbers` of another one. */
export function pick(table: usize, count: i32, numbers: Array<i32>): usize {
  const picked = newTable(count);
  for (let i = 0; i < numbers.length; i++) {
    memory.copy(changetype<usize>(columnOf(picked, numbers[i])), changetype<usize>(columnOf(table, numbers[i])), offsetof<Column>());
  }
  return picked;
}

function bindColumn(column: Column, array: usize): void {
  const count = load<i32>(array, ARRAY_N_BUFFERS);
  const buffers = load<u32>(array, ARRAY_BUFFERS);
  column.validity = load<u32>(buffers);
  if (count > 1) column.values = load<u32>(buffers, 4);
  if (count > 2) column.bytes = load<u32>(buffers, 8);
  if (count == 1 || load<i32>(array, ARRAY_N_CHILDREN)) column.child = bind(array);
}

/** Whether row `row` of an array is null by its own bitmap. */
export function isNullAt(validity: usize, row: i32): bool {
  return validity != 0 && !((load<u8>(validity + (row >> 3)) >> (row & 7)) & 1);
}

/** The value of row `row` of a batch of T. */
// @ts-ignore: decorator
@inline
export function readRow<T>(table: usize, row: i32): T {
  if (isRecord<T>()) return readRecord<T>(table, row);
  else return readField<T>(table, 0, row);
}

function readRecord<T>(table: usize, row: i32): T {
  const record = changetype<T>(__new(offsetof<T>(), idof<T>()));
  record.__read(table, row);
  return record;
}

/** The value in column `k`. Generated code calls it once per field. */
export function readField<T>(c: usize, k: i32, row: i32): T {
  const column = columnOf(c, k);
  if (isNullable<T>()) {
    if (isAbsent<T>(column) || isNullAt(column.validity, row)) return changetype<T>(0);
    return changetype<T>(readPresent<NonNullable<T>>(column, row));
  } else {
    if (isAbsent<T>(column)) return absent<T>();
    return readPresent<T>(column, row);
  }
}

// @ts-ignore: decorator
@inline
function isAbsent<T>(column: Column): bool {
  if (isReference<T>() && !isString<T>() && !isArray<T>() && !isBox<T>()) return column.child == 0;
  else return column.values == 0;
}

function absent<T>(): T {
  if (isString<T>()) return changetype<T>("");
  else if (isReference<T>()) return changetype<T>(0);
  else return <T>0;
}

// @ts-ignore: decorator
@inline
function readPresent<T>(column: Column, row: i32): T {
  if (isString<T>()) return changetype<T>(readText(column, row));
  else if (isArray<T>()) return readList<T>(column, row);
  else if (isBox<T>()) return readBox<T>(column, row);
  else if (isReference<T>()) return readRecord<T>(column.child, row);
  else if (isBoolean<T>()) return <T>((load<u8>(column.values + (row >> 3)) >> (row & 7)) & 1);
  else return load<T>(column.values + (<usize>row << alignof<T>()));
}

/** What a box reads: the value in a column that has one in this row. */
export function readColumn<T>(column: usize, row: i32): T {
  return readPresent<T>(changetype<Column>(column), row);
}

function readBox<T>(column: Column, row: i32): T {
  const box = changetype<T>(__new(offsetof<T>(), idof<T>()));
  box.__load(changetype<usize>(column), row);
  return box;
}

function readText(column: Column, row: i32): string {
  const at = column.values + (<usize>row << 2);
  const start = load<u32>(at);
  return decode(column.bytes + start, load<u32>(at, 4) - start);
}

function readList<T>(column: Column, row: i32): T {
  const at = column.values + (<usize>row << 2);
  const start = load<i32>(at);
  const length = load<i32>(at, 4) - start;
  const list = new Array<valueof<T>>(length);
  for (let i = 0; i < length; i++) unchecked((list[i] = readField<valueof<T>>(column.child, 0, start + i)));
  return changetype<T>(list);
}
