// How the columns of a record type lie in memory: made once in main from the type's JSON, used for every batch.
//
// A layout is a row of columns (a struct, or the one column of a list's items). Readers and writers keep a table in
// step with it. Plain memory without class headers: addresses cross into hot code as `usize`.
import { items, member } from "./json";
import { take } from "rt/stub";

/** What a column's buffers hold. */
export const FIXED: u8 = 0; // values of 1 << shift bytes
export const BITS: u8 = 1;
export const TEXT: u8 = 2; // i32 offsets, bytes
export const LIST: u8 = 3; // i32 offsets, one child
export const STRUCT: u8 = 4;

@unmanaged
export class ColumnLayout {
  kind: u8;
  shift: u8;
  child: Layout;
  expected: u32; // bytes of text per 16 rows, as the last batch had them
}

@unmanaged
export class Layout {
  count: i32;

  // @ts-ignore: decorator
  @inline
  column(k: i32): ColumnLayout {
    return changetype<ColumnLayout>(changetype<usize>(this) + offsetof<Layout>() + <usize>k * offsetof<ColumnLayout>());
  }
}

function newLayout(count: i32): Layout {
  const layout = changetype<Layout>(take(offsetof<Layout>() + <usize>count * offsetof<ColumnLayout>()));
  layout.count = count;
  return layout;
}

/** The columns of a batch of that type: its fields if it is a struct that is not nullable, else one column. */
export function layoutOf(type: string): Layout {
  const struct = member(type, "struct");
  if (struct.length && member(type, "nullable") != "true") return layoutOfFields(struct);
  const layout = newLayout(1);
  describe(layout.column(0), type);
  return layout;
}

/** The same columns and, behind them, one for each of the types. */
export function extended(layout: Layout, types: Array<string>): Layout {
  const more = newLayout(layout.count + types.length);
  memory.copy(changetype<usize>(more.column(0)), changetype<usize>(layout.column(0)), <usize>layout.count * offsetof<ColumnLayout>());
  for (let i = 0; i < types.length; i++) describe(more.column(layout.count + i), types[i]);
  return more;
}

function layoutOfFields(struct: string): Layout {
  const fields = fieldsOf(struct);
  const layout = newLayout(fields.length);
  for (let k = 0; k < fields.length; k++) describe(layout.column(k), member(fields[k], "type"));
  return layout;
}

function fieldsOf(struct: string): Array<string> {
  const fields = member(struct, "fields");
  return fields.length ? items(fields) : new Array<string>();
}

function describe(column: ColumnLayout, type: string): void {
  column.shift = 0;
  column.expected = 128;
  column.child = changetype<Layout>(0);
  const struct = member(type, "struct");
  const list = member(type, "list");
  if (struct.length) {
    column.kind = STRUCT;
    column.child = layoutOfFields(struct);
  } else if (list.length) {
    column.kind = LIST;
    const item = newLayout(1);
    describe(item.column(0), member(list, "item"));
    column.child = item;
  } else {
    describeScalar(column, member(type, "scalar"));
  }
}

function describeScalar(column: ColumnLayout, name: string): void {
  column.kind = FIXED;
  if (name == '"BOOL"') column.kind = BITS;
  else if (name == '"UTF8"' || name == '"BINARY"') column.kind = TEXT;
  else if (name.endsWith('64"') || name.startsWith('"TIMESTAMP')) column.shift = 3;
  else if (name.endsWith('32"')) column.shift = 2;
  else if (name.endsWith('16"')) column.shift = 1;
}

/** Which columns of the type are in a batch that has only those named: their numbers, in the batch's order. */
export function columnNumbers(type: string, names: Array<string>): Array<i32> {
  const out = new Array<i32>();
  const struct = member(type, "struct");
  if (!struct.length || member(type, "nullable") == "true") {
    for (let i = 0; i < names.length; i++) out.push(0);
    return out;
  }
  const fields = fieldsOf(struct);
  for (let i = 0; i < names.length; i++) {
    for (let k = 0; k < fields.length; k++) if (member(fields[k], "name") == names[i]) out.push(k);
  }
  return out;
}
