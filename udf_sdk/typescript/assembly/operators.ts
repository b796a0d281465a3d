// The loops around the user's functions: one class per shape of call (docs/abi.md, section 4).
//
// asc makes each class once per pair of types, so that the loop reads, calls and writes without any dispatch. Garbage of
// a row is freed when its output is written; a fold keeps its states until the call ends. Before row i, i is stored where
// the host looks after a trap.
import {
  CALL_BATCH,
  CALL_GROUPS,
  CALL_GROUP_COUNT,
  CALL_ROWS,
  CALL_SELECTION,
  CALL_STATE,
  CALL_WANTED,
  ARRAY_BUFFERS,
  WANTED_OUTPUT,
} from "./abi";
import { batchOf, listOf, remember, result } from "./arrays";
import { fail } from "./host";
import { Layout } from "./layout";
import { bind, bindSome, isNullAt, pick, readRow } from "./reader";
import { keep, release, take } from "rt/stub";
import { beginRow, endRow, newTable, Table, writeRow } from "./writer";

/** Where the row under way is kept for the host. */
export const currentRow: usize = memory.data(4, 4);

// @ts-ignore: decorator
@inline
export function startRow(i: i32): void {
  store<i32>(currentRow, i);
}

// @ts-ignore: decorator
@inline
export function rowOf(selection: usize, i: i32): i32 {
  return selection ? load<i32>(selection + (<usize>i << 2)) : i;
}

/** The columns that the host passes for a function's input. */
export class Input {
  /** @param count columns of the input type. @param numbers which of them come, if not all. */
  constructor(
    private count: i32,
    private numbers: Array<i32> | null,
  ) {}

  bind(call: usize): usize {
    const batch = load<u32>(call, CALL_BATCH);
    const numbers = this.numbers;
    return numbers ? bindSome(batch, this.count, numbers) : bind(batch);
  }
}

/** What stands behind a function number. */
export abstract class Operation {
  apply(_call: usize): usize {
    fail("this function has no lf_apply", "", 0, 0);
    return 0;
  }

  fold(_call: usize): usize {
    fail("this function has no lf_fold", "", 0, 0);
    return 0;
  }

  merge(_call: usize): usize {
    fail("this function has no lf_merge", "", 0, 0);
    return 0;
  }

  finish(_call: usize): usize {
    fail("this function has no lf_finish", "", 0, 0);
    return 0;
  }

  process(_call: usize): usize {
    fail("this function has no lf_process", "", 0, 0);
    return 0;
  }
}

/** One value out per row in: map, filter (a bool), key, sink field. */
@final
export class MapOp<T, U> extends Operation {
  constructor(
    private env: usize,
    private fn: (env: usize, value: T) => U,
    private input: Input,
    private output: Layout,
  ) {
    super();
  }

  apply(call: usize): usize {
    const rows = load<i32>(call, CALL_ROWS);
    const selection = load<u32>(call, CALL_SELECTION);
    const table = this.input.bind(call);
    const out = newTable(this.output, rows);
    const fn = this.fn;
    const env = this.env;
    for (let i = 0; i < rows; i++) {
      startRow(i);
      writeRow<U>(out, fn(env, readRow<T>(table, rowOf(selection, i))));
      release();
    }
    remember(out, rows);
    return result(batchOf(out), 0);
  }
}

/** Any number of values out per row in. */
@final
export class FlatMapOp<T, U> extends Operation {
  private expected: f64 = 4; // rows out per row in, as the last call had them

  constructor(
    private env: usize,
    private fn: (env: usize, value: T) => Array<U>,
    private input: Input,
    private output: Layout,
  ) {
    super();
  }

  apply(call: usize): usize {
    const rows = load<i32>(call, CALL_ROWS);
    const selection = load<u32>(call, CALL_SELECTION);
    const table = this.input.bind(call);
    const offsets = take((<usize>rows + 1) << 2);
    store<u32>(offsets, 0);
    const out = newTable(this.output, <i32>min(this.expected * rows, 131072.0));
    const fn = this.fn;
    const env = this.env;
    for (let i = 0; i < rows; i++) {
      startRow(i);
      const values = fn(env, readRow<T>(table, rowOf(selection, i)));
      for (let j = 0; j < values.length; j++) writeRow<U>(out, unchecked(values[j]));
      store<u32>(offsets + (<usize>i << 2), out.rows, 4);
      release();
    }
    remember(out, out.rows);
    if (rows) this.expected = (<f64>out.rows * 1.125) / rows;
    return result(listOf(rows, offsets, batchOf(out)), 0);
  }
}

/** The same for a function that hands on its rows one by one with `emit`: no array of them is made. */
@final
export class FlatMapIntoOp<T, U> extends Operation {
  private expected: f64 = 4; // rows out per row in, as the last call had them

  constructor(
    private env: usize,
    private fn: (env: usize, value: T, out: usize) => void,
    private input: Input,
    private output: Layout,
  ) {
    super();
  }

  apply(call: usize): usize {
    const rows = load<i32>(call, CALL_ROWS);
    const selection = load<u32>(call, CALL_SELECTION);
    const table = this.input.bind(call);
    const offsets = take((<usize>rows + 1) << 2);
    store<u32>(offsets, 0);
    const out = newTable(this.output, <i32>min(this.expected * rows, 131072.0));
    const fn = this.fn;
    const env = this.env;
    for (let i = 0; i < rows; i++) {
      startRow(i);
      fn(env, readRow<T>(table, rowOf(selection, i)), changetype<usize>(out));
      store<u32>(offsets + (<usize>i << 2), out.rows, 4);
      release();
    }
    remember(out, out.rows);
    if (rows) this.expected = (<f64>out.rows * 1.125) / rows;
    return result(listOf(rows, offsets, batchOf(out)), 0);
  }
}

/** Hands on one row of a flatMap. `out` is what its function was given. */
// @ts-ignore: decorator
@inline
export function emit<U>(out: usize, value: U): void {
  writeRow<U>(changetype<Table>(out), value);
}

/** Begins a row whose fields are written one by one, without an object for it (the records' `__emit`). */
// @ts-ignore: decorator
@inline
export function beginEmit(out: usize): void {
  beginRow(changetype<Table>(out));
}

// @ts-ignore: decorator
@inline
export function endEmit(out: usize): void {
  endRow(changetype<Table>(out));
}

/** Fills in the states that exist; answers a byte per group: 1 = has a state. */
export function knownStates<T>(state: usize, states: usize, count: i32): usize {
  const known = take(count);
  memory.fill(known, 0, count);
  if (!state) return known;
  const table = bind(state);
  const validity = load<u32>(load<u32>(state, ARRAY_BUFFERS));
  for (let g = 0; g < count; g++) {
    if (isNullAt(validity, g)) continue;
    store<u8>(known + g, 1);
    store<T>(states + (<usize>g << alignof<T>()), readRow<T>(table, g));
  }
  return known;
}

/** Folds rows into the state of their group. `reads`: the columns of a row that `fn` looks at, if that is known. */
@final
export class ReduceOp<T> extends Operation {
  constructor(
    private env: usize,
    private fn: (env: usize, state: T, value: T) => T,
    private input: Input,
    private layout: Layout,
    private reads: Array<i32> | null,
  ) {
    super();
  }

  fold(call: usize): usize {
    const rows = load<i32>(call, CALL_ROWS);
    const selection = load<u32>(call, CALL_SELECTION);
    const groups = <usize>load<u32>(call, CALL_GROUPS);
    const count = load<i32>(call, CALL_GROUP_COUNT);
    const states = take(<usize>count << alignof<T>());
    const known = knownStates<T>(load<u32>(call, CALL_STATE), states, count);
    const emits = (load<u32>(call, CALL_WANTED) & WANTED_OUTPUT) != 0;
    const out = newTable(this.layout, emits ? rows : 0);
    const whole = this.input.bind(call);
    const reads = this.reads;
    const part = reads ? pick(whole, this.layout.count, reads) : whole;
    const fn = this.fn;
    const env = this.env;
    for (let i = 0; i < rows; i++) {
      startRow(i);
      const row = rowOf(selection, i);
      const group = load<u32>(groups + (<usize>i << 2));
      const at = states + (<usize>group << alignof<T>());
      const state = load<u8>(known + group) ? fn(env, load<T>(at), readRow<T>(part, row)) : readRow<T>(whole, row);
      store<u8>(known + group, 1);
      store<T>(at, state);
      if (emits) writeRow<T>(out, state);
    }
    return result(emits ? batchOf(out) : 0, this.writeStates(states, known, count));
  }

  private writeStates(states: usize, known: usize, count: i32): usize {
    const out = newTable(this.layout, count);
    keep();
    for (let g = 0; g < count; g++) {
      if (!load<u8>(known + g)) fail("lf_fold got a group without rows and without state", "", 0, 0);
      writeRow<T>(out, load<T>(states + (<usize>g << alignof<T>())));
    }
    remember(out, count);
    return batchOf(out);
  }
}
