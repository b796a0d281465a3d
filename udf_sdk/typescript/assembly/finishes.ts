// What is made of a window's or aggregate's state (docs/abi.md, 4.6): one result (FINISH), or any number (FINISH_LIST).
//
// W is the record that the user's function gets as its window, R the result; both are made here field by field, since their classes
// are the program's. One over all keys has no field `key`.
import { CALL_BATCH, CALL_KEYS, CALL_ROWS, CALL_SELECTION, CALL_WINDOW_END, CALL_WINDOW_START } from "./abi";
import { Ranked, Timed } from "./aggregates";
import { batchOf, listOf, remember, result } from "./arrays";
import { array_sort } from "./js/sort";
import { Layout } from "./layout";
import { Operation, rowOf, startRow } from "./operators";
import { bind, readRow } from "./reader";
import { release, take } from "rt/stub";
import { newTable, Table, writeRow } from "./writer";

/** Makes results of states of type A. */
export abstract class FinishOp<A> extends Operation {
  constructor(
    private layout: Layout,
    private isList: bool,
  ) {
    super();
  }

  /** Writes what is made of one state. `keys`: a table; start and end of the window are 0 where there are none. */
  abstract write(out: Table, state: A, keys: usize, row: i32, start: f64, end: f64): void;

  finish(call: usize): usize {
    const rows = load<i32>(call, CALL_ROWS);
    const selection = load<u32>(call, CALL_SELECTION);
    const states = bind(load<u32>(call, CALL_BATCH));
    const keys = bind(load<u32>(call, CALL_KEYS));
    const starts = <usize>load<u32>(call, CALL_WINDOW_START);
    const ends = <usize>load<u32>(call, CALL_WINDOW_END);
    const offsets = take((<usize>rows + 1) << 2);
    store<u32>(offsets, 0);
    const out = newTable(this.layout, rows);
    for (let i = 0; i < rows; i++) {
      startRow(i);
      this.write(out, readRow<A>(states, rowOf(selection, i)), keys, i, timeAt(starts, i), timeAt(ends, i));
      store<u32>(offsets + (<usize>i << 2), out.rows, 4);
      release();
    }
    remember(out, out.rows);
    return result(this.isList ? listOf(rows, offsets, batchOf(out)) : batchOf(out), 0);
  }
}

function timeAt(times: usize, i: i32): f64 {
  return times ? <f64>load<i64>(times + (<usize>i << 3)) : 0;
}

/** A record with a window's key, start and end. */
function windowOf<K, W>(keys: usize, row: i32, start: f64, end: f64): W {
  const window = changetype<W>(__new(offsetof<W>(), idof<W>()));
  if (isDefined(window.key)) window.key = readRow<K>(keys, row);
  window.start = start;
  window.end = end;
  return window;
}

/** `(state, window) => result`. */
@final
export class WindowFinish<A, K, W, R> extends FinishOp<A> {
  constructor(
    layout: Layout,
    private env: usize,
    private fn: (env: usize, state: A, window: W) => R,
  ) {
    super(layout, false);
  }

  write(out: Table, state: A, keys: usize, row: i32, start: f64, end: f64): void {
    writeRow<R>(out, this.fn(this.env, state, windowOf<K, W>(keys, row, start, end)));
  }
}

/** `(state, key) => result`: of a running aggregate. */
@final
export class KeyFinish<A, K, R> extends FinishOp<A> {
  constructor(
    layout: Layout,
    private env: usize,
    private fn: (env: usize, state: A, key: K) => R,
  ) {
    super(layout, false);
  }

  write(out: Table, state: A, keys: usize, row: i32, _start: f64, _end: f64): void {
    writeRow<R>(out, this.fn(this.env, state, readRow<K>(keys, row)));
  }
}

/** The window with its number of records. */
@final
export class CountFinish<K, R> extends FinishOp<f64> {
  constructor(layout: Layout) {
    super(layout, false);
  }

  write(out: Table, state: f64, keys: usize, row: i32, start: f64, end: f64): void {
    const made = windowOf<K, R>(keys, row, start, end);
    made.count = state;
    writeRow<R>(out, made);
  }
}

/** The window with each record's rank. */
@final
export class TopFinish<T, K, R> extends FinishOp<Array<Ranked<T>>> {
  constructor(layout: Layout) {
    super(layout, true);
  }

  write(out: Table, state: Array<Ranked<T>>, keys: usize, row: i32, start: f64, end: f64): void {
    const made = windowOf<K, R>(keys, row, start, end);
    for (let i = 0; i < state.length; i++) {
      made.rank = i + 1;
      made.value = unchecked(state[i]).value;
      writeRow<R>(out, made);
    }
  }
}

/** `(values, window) => results`, with the values by event time; equal times stay in the order in which they came. */
@final
export class CollectFinish<T, K, W, R> extends FinishOp<Array<Timed<T>>> {
  constructor(
    layout: Layout,
    private env: usize,
    private fn: (env: usize, values: Array<T>, window: W) => Array<R>,
  ) {
    super(layout, true);
  }

  write(out: Table, state: Array<Timed<T>>, keys: usize, row: i32, start: f64, end: f64): void {
    array_sort<Timed<T>>(state, 0, (_env: usize, a: Timed<T>, b: Timed<T>): f64 => <f64>(a.time - b.time));
    const values = new Array<T>(state.length);
    for (let i = 0; i < state.length; i++) unchecked((values[i] = state[i].value));
    const made = this.fn(this.env, values, windowOf<K, W>(keys, row, start, end));
    for (let i = 0; i < made.length; i++) writeRow<R>(out, unchecked(made[i]));
  }
}
