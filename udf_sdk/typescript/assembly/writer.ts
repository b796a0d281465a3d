// Writing values into Arrow columns that grow (docs/abi.md, section 6).
//
// A table of columns in step with a layout; generated code knows it as the handle `w`. Values of a fixed size have room
// for the whole row when a row begins, so only text checks for space. A bitmap of nulls exists from the first null on,
// all ones but for the nulls. Whatever grows is kept out of the garbage of the row (`keep`).
import { BITS, FIXED, LIST, Layout, STRUCT, TEXT } from "./layout";
import { isBox, isRecord } from "./types";
import { encode } from "./utf8";
import { fail } from "./host";
import { keep, take } from "rt/stub";

const MIN_ROWS: i32 = 64;
const MAX_EXPECTED: u64 = 1 << 20;
const MAX_TEXT: u64 = 0x7fffffff;

@unmanaged
export class Column {
  kind: u8;
  shift: u8;
  validity: usize;
  values: usize; // numbers, bits, or offsets
  bytes: usize;
  used: usize;
  room: usize;
  child: Table;
}

@unmanaged
export class Table {
  rows: i32;
  room: i32; // rows
  layout: Layout;

  // @ts-ignore: decorator
  @inline
  column(k: i32): Column {
    return changetype<Column>(changetype<usize>(this) + offsetof<Table>() + <usize>k * offsetof<Column>());
  }
}

/** An empty table with room for about `rows` rows. */
export function newTable(layout: Layout, rows: i32): Table {
  const bytes = offsetof<Table>() + <usize>layout.count * offsetof<Column>();
  const table = changetype<Table>(take(bytes));
  memory.fill(changetype<usize>(table), 0, bytes);
  table.layout = layout;
  for (let k = 0; k < layout.count; k++) {
    const column = table.column(k);
    const described = layout.column(k);
    column.kind = described.kind;
    column.shift = described.shift;
    if (column.kind == TEXT) {
      column.room = <usize>min<u64>(((<u64>described.expected * rows) >> 4) + 64, MAX_EXPECTED);
      column.bytes = take(column.room);
    }
    if (column.kind == LIST || column.kind == STRUCT) column.child = newTable(described.child, rows);
  }
  growRows(table, max(rows, MIN_ROWS));
  return table;
}

function growRows(table: Table, room: i32): void {
  const before = table.room;
  for (let k = 0; k < table.layout.count; k++) {
    const column = table.column(k);
    const size = sizeOfValues(column, room);
    if (size) {
      const values = take(size);
      const old = before ? sizeOfValues(column, before) : 0;
      memory.copy(values, column.values, old);
      if (column.kind == BITS) memory.fill(values + old, 0, size - old);
      if (!before && column.kind != FIXED && column.kind != BITS) store<u32>(values, 0);
      column.values = values;
    }
    if (column.validity) column.validity = newBitmap(column.validity, before, room);
  }
  table.room = room;
  keep();
}

function sizeOfValues(column: Column, rows: i32): usize {
  if (column.kind == FIXED) return <usize>rows << column.shift;
  if (column.kind == BITS) return (<usize>rows + 7) >> 3;
  return column.kind == STRUCT ? 0 : (<usize>rows + 1) << 2;
}

/** A bitmap for `rows` rows: the first `before` copied from the old one, all ones beyond. */
function newBitmap(old: usize, before: i32, rows: i32): usize {
  const size = (<usize>rows + 7) >> 3;
  const bitmap = take(size);
  const known = (<usize>before + 7) >> 3;
  memory.fill(bitmap, 0xff, size);
  memory.copy(bitmap, old, known);
  return bitmap;
}

function growText(column: Column, need: usize): void {
  if (<u64>column.used + need > MAX_TEXT) fail("the text of one column of one batch exceeds 2 GiB", "", 0, 0);
  const room = max(column.room << 1, column.used + need);
  const bytes = take(room);
  memory.copy(bytes, column.bytes, column.used);
  column.bytes = bytes;
  column.room = room;
  keep();
}

/** Makes room for one more row. Every row begins with it and ends with `endRow`. */
// @ts-ignore: decorator
@inline
export function beginRow(table: Table): void {
  if (table.rows == table.room) growRows(table, table.room << 1);
}

// @ts-ignore: decorator
@inline
export function endRow(table: Table): void {
  table.rows += 1;
}

/** Appends a row of a batch of T. */
// @ts-ignore: decorator
@inline
export function writeRow<T>(table: Table, value: T): void {
  beginRow(table);
  if (isRecord<T>()) value.__write(changetype<usize>(table));
  else writeField<T>(changetype<usize>(table), 0, value);
  endRow(table);
}

/** Writes the value of column `k` of the row that is under way. Generated code calls it once per field. */
export function writeField<T>(w: usize, k: i32, value: T): void {
  const table = changetype<Table>(w);
  if (isNullable<T>()) {
    if (changetype<usize>(value) == 0) writeNull(table, k);
    else writePresent<NonNullable<T>>(table.column(k), table.rows, changetype<NonNullable<T>>(value));
  } else {
    writePresent<T>(table.column(k), table.rows, value);
  }
}

// @ts-ignore: decorator
@inline
function writePresent<T>(column: Column, row: i32, value: T): void {
  if (isString<T>()) writeText(column, row, changetype<usize>(value));
  else if (isArray<T>()) writeList<T>(column, row, value);
  else if (isBox<T>()) value.__store(changetype<usize>(column), row);
  else if (isReference<T>()) writeRow<T>(column.child, value);
  else if (isBoolean<T>()) writeBit(column, row, <bool>value);
  else store<T>(column.values + (<usize>row << alignof<T>()), value);
}

/** What a box writes: the value of this row in a column. */
export function writeColumn<T>(column: usize, row: i32, value: T): void {
  writePresent<T>(changetype<Column>(column), row, value);
}

function writeText(column: Column, row: i32, text: usize): void {
  const length = changetype<string>(text).length;
  const need = <usize>length * 3 + 8;
  if (need > column.room - column.used) growText(column, need);
  column.used += encode(text, length, column.bytes + column.used);
  store<u32>(column.values + (<usize>row << 2), <u32>column.used, 4);
}

function writeBit(column: Column, row: i32, value: bool): void {
  const at = column.values + (row >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) | (<u32>value << (row & 7))));
}

function writeList<T>(column: Column, row: i32, list: T): void {
  const child = column.child;
  for (let i = 0; i < list.length; i++) {
    beginRow(child);
    writeField<valueof<T>>(changetype<usize>(child), 0, unchecked(list[i]));
    endRow(child);
  }
  store<u32>(column.values + (<usize>row << 2), child.rows, 4);
}

function writeNull(table: Table, k: i32): void {
  const column = table.column(k);
  if (!column.validity) {
    column.validity = newBitmap(0, 0, table.room);
    keep();
  }
  const at = column.validity + (table.rows >> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) & ~(1 << (table.rows & 7))));
  writeNothing(column, table.rows);
}

/** Appends a row that is null as a whole, which the bitmap of its batch says. */
export function writeNothingRow(table: Table): void {
  beginRow(table);
  for (let k = 0; k < table.layout.count; k++) writeNothing(table.column(k), table.rows);
  endRow(table);
}

/** Fills the place of a value that is null or lies in something that is. */
function writeNothing(column: Column, row: i32): void {
  const kind = column.kind;
  if (kind == FIXED) {
    memory.fill(column.values + (<usize>row << column.shift), 0, <usize>1 << column.shift);
  } else if (kind == TEXT) {
    store<u32>(column.values + (<usize>row << 2), <u32>column.used, 4);
  } else if (kind == LIST) {
    store<u32>(column.values + (<usize>row << 2), column.child.rows, 4);
  } else if (kind == STRUCT) {
    const child = column.child;
    beginRow(child);
    for (let k = 0; k < child.layout.count; k++) writeNothing(child.column(k), child.rows);
    endRow(child);
  }
}
