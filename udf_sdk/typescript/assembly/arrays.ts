// Finished columns as ArrowArray structs, and the Result that hands them to the host (docs/abi.md, sections 4 and 6).
import {
  ARRAY_BUFFERS,
  ARRAY_BYTES,
  ARRAY_CHILDREN,
  ARRAY_LENGTH,
  ARRAY_NULL_COUNT,
  ARRAY_N_BUFFERS,
  ARRAY_N_CHILDREN,
  RESULT_BYTES,
  RESULT_OUTPUT,
  RESULT_PORTS,
  RESULT_SIZE,
  RESULT_STATE,
} from "./abi";
import { LIST, STRUCT, TEXT } from "./layout";
import { take } from "rt/stub";
import { Column, Table } from "./writer";

function newArray(rows: i32, buffers: i32, children: i32): usize {
  const array = take(ARRAY_BYTES + ((buffers + children) << 2));
  memory.fill(array, 0, ARRAY_BYTES + ((buffers + children) << 2));
  store<i64>(array, rows, ARRAY_LENGTH);
  store<i64>(array, buffers, ARRAY_N_BUFFERS);
  store<i64>(array, children, ARRAY_N_CHILDREN);
  store<u32>(array, <u32>array + ARRAY_BYTES, ARRAY_BUFFERS);
  store<u32>(array, <u32>array + ARRAY_BYTES + (buffers << 2), ARRAY_CHILDREN);
  return array;
}

function setBuffer(array: usize, i: i32, address: usize): void {
  store<u32>(load<u32>(array, ARRAY_BUFFERS) + (i << 2), <u32>address);
}

function setChild(array: usize, i: i32, child: usize): void {
  store<u32>(load<u32>(array, ARRAY_CHILDREN) + (i << 2), <u32>child);
}

/** The struct array of a table: a batch. */
export function batchOf(table: Table): usize {
  const array = newArray(table.rows, 1, table.layout.count);
  for (let k = 0; k < table.layout.count; k++) setChild(array, k, columnArray(table.column(k), table.rows));
  return array;
}

/** The same with rows that are null: those whose bit in the bitmap is 0. */
export function batchWithNulls(table: Table, validity: usize): usize {
  const array = batchOf(table);
  setBuffer(array, 0, validity);
  store<i64>(array, -1, ARRAY_NULL_COUNT);
  return array;
}

function columnArray(column: Column, rows: i32): usize {
  const kind = column.kind;
  let array: usize = 0;
  if (kind == STRUCT) {
    array = batchOf(column.child);
  } else if (kind == LIST) {
    array = listOf(rows, column.values, columnArray(column.child.column(0), column.child.rows));
  } else {
    array = newArray(rows, kind == TEXT ? 3 : 2, 0);
    setBuffer(array, 1, column.values);
    if (kind == TEXT) setBuffer(array, 2, column.bytes);
  }
  setBuffer(array, 0, column.validity);
  if (column.validity) store<i64>(array, -1, ARRAY_NULL_COUNT);
  return array;
}

/** A list array: row i has the items `offsets[i]` up to `offsets[i + 1]` of the child. */
export function listOf(rows: i32, offsets: usize, child: usize): usize {
  const array = newArray(rows, 2, 1);
  setBuffer(array, 1, offsets);
  setChild(array, 0, child);
  return array;
}

/** Remembers how much text a row had, so that the next table begins with about the right room. */
export function remember(table: Table, rows: i32): void {
  for (let k = 0; k < table.layout.count; k++) {
    const column = table.column(k);
    if (column.kind == TEXT && rows) {
      table.layout.column(k).expected = <u32>min<u64>(((<u64>column.used * 18) / rows) + 16, 0xffffffff);
    }
  }
}

/** The answer to a call; 0 = no such part. */
export function result(output: usize, state: usize): usize {
  const answer = take(RESULT_BYTES);
  memory.fill(answer, 0, RESULT_BYTES);
  store<u32>(answer, RESULT_BYTES, RESULT_SIZE);
  store<u32>(answer, <u32>output, RESULT_OUTPUT);
  store<u32>(answer, <u32>state, RESULT_STATE);
  return answer;
}

/** The same with side outputs; 0 = none of them. */
export function resultWithPorts(output: usize, state: usize, ports: usize): usize {
  const answer = result(output, state);
  store<u32>(answer, <u32>ports, RESULT_PORTS);
  return answer;
}
