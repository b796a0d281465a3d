// Folds whose state is not a record of the stream: the user's aggregates, and those that windows are made of (docs/abi.md, 4.2, 4.5).
//
// Owns the loop around create, add and merge, and what count, top and a window's process keep. A fold keeps its states until the
// call ends. What is made of a state at the end is in finishes.ts.
import { CALL_BATCH, CALL_GROUPS, CALL_GROUP_COUNT, CALL_ROWS, CALL_SELECTION, CALL_STATE, CALL_TIMES, CALL_WANTED, WANTED_OUTPUT } from "./abi";
import { batchOf, remember, result } from "./arrays";
import { fail } from "./host";
import { Layout } from "./layout";
import { Input, knownStates, Operation, rowOf, startRow } from "./operators";
import { bind, readField, readRow } from "./reader";
import { keep, take } from "rt/stub";
import { typeOf } from "./types";
import { newTable, writeField, writeRow } from "./writer";

/** A fold into states of type A. */
export abstract class AggregateOp<A> extends Operation {
  constructor(
    private input: Input,
    private layout: Layout,
  ) {
    super();
  }

  abstract create(): A;
  /** The state behind row `row` of a table of records. */
  abstract add(state: A, table: usize, row: i32, time: i64): A;

  join(_left: A, _right: A): A {
    fail("this aggregate does not merge", "", 0, 0);
    return unreachable();
  }

  fold(call: usize): usize {
    return this.run(call, this.input.bind(call), false);
  }

  merge(call: usize): usize {
    return this.run(call, bind(load<u32>(call, CALL_BATCH)), true);
  }

  private run(call: usize, table: usize, merges: bool): usize {
    const rows = load<i32>(call, CALL_ROWS);
    const selection = load<u32>(call, CALL_SELECTION);
    const groups = <usize>load<u32>(call, CALL_GROUPS);
    const times = <usize>load<u32>(call, CALL_TIMES);
    const count = load<i32>(call, CALL_GROUP_COUNT);
    const emits = (load<u32>(call, CALL_WANTED) & WANTED_OUTPUT) != 0;
    const states = take(<usize>count << alignof<A>());
    const known = knownStates<A>(load<u32>(call, CALL_STATE), states, count);
    const out = newTable(this.layout, emits ? rows : 0);
    for (let i = 0; i < rows; i++) {
      startRow(i);
      const row = rowOf(selection, i);
      const group = load<u32>(groups + (<usize>i << 2));
      const at = states + (<usize>group << alignof<A>());
      const isKnown = load<u8>(known + group) != 0;
      let state: A;
      if (merges) {
        state = isKnown ? this.join(load<A>(at), readRow<A>(table, row)) : readRow<A>(table, row);
      } else {
        state = this.add(isKnown ? load<A>(at) : this.create(), table, row, times ? load<i64>(times + (<usize>i << 3)) : 0);
      }
      store<u8>(known + group, 1);
      store<A>(at, state);
      if (emits) writeRow<A>(out, state);
    }
    return result(emits ? batchOf(out) : 0, this.written(states, known, count));
  }

  private written(states: usize, known: usize, count: i32): usize {
    const out = newTable(this.layout, count);
    keep();
    for (let g = 0; g < count; g++) {
      if (!load<u8>(known + g)) fail("a fold got a group without rows and without state", "", 0, 0);
      writeRow<A>(out, load<A>(states + (<usize>g << alignof<A>())));
    }
    remember(out, count);
    return batchOf(out);
  }
}

/** The user's own. */
@final
export class UserAggregate<T, A> extends AggregateOp<A> {
  constructor(
    input: Input,
    layout: Layout,
    private createEnv: usize,
    private createFn: (env: usize) => A,
    private addEnv: usize,
    private addFn: (env: usize, state: A, value: T) => A,
    private mergeEnv: usize,
    private mergeFn: ((env: usize, left: A, right: A) => A) | null,
  ) {
    super(input, layout);
  }

  create(): A {
    return this.createFn(this.createEnv);
  }

  add(state: A, table: usize, row: i32, _time: i64): A {
    return this.addFn(this.addEnv, state, readRow<T>(table, row));
  }

  join(left: A, right: A): A {
    const fn = this.mergeFn;
    return fn ? fn(this.mergeEnv, left, right) : super.join(left, right);
  }
}

/** How many records there were: none of them is read. */
@final
export class CountAggregate extends AggregateOp<f64> {
  create(): f64 {
    return 0;
  }

  add(state: f64, _table: usize, _row: i32, _time: i64): f64 {
    return state + 1;
  }

  join(left: f64, right: f64): f64 {
    return left + right;
  }
}

/** A record with its time. */
@final
export class Timed<T> {
  constructor(
    public time: i64,
    public value: T,
  ) {}

  __read(c: usize, row: i32): void {
    this.time = readField<i64>(c, 0, row);
    this.value = readField<T>(c, 1, row);
  }

  __write(w: usize): void {
    writeField<i64>(w, 0, this.time);
    writeField<T>(w, 1, this.value);
  }

  __type(): string {
    return '{"struct":{"fields":[{"name":"time","type":' + typeOf<i64>() + '},{"name":"value","type":' + typeOf<T>() + "}]}}";
  }
}

/** All records of a window, in the order in which they came. */
@final
export class CollectAggregate<T> extends AggregateOp<Array<Timed<T>>> {
  create(): Array<Timed<T>> {
    return new Array<Timed<T>>();
  }

  add(state: Array<Timed<T>>, table: usize, row: i32, time: i64): Array<Timed<T>> {
    state.push(new Timed<T>(time, readRow<T>(table, row)));
    return state;
  }

  join(left: Array<Timed<T>>, right: Array<Timed<T>>): Array<Timed<T>> {
    for (let i = 0; i < right.length; i++) left.push(unchecked(right[i]));
    return left;
  }
}

/** A record with its score and time. */
@final
export class Ranked<T> {
  constructor(
    public score: f64,
    public time: i64,
    public value: T,
  ) {}

  /** Whether it stands before the other: a larger score, NaN behind all, then an earlier time. */
  isBefore(other: Ranked<T>): bool {
    const isNaN = this.score != this.score;
    const isOtherNaN = other.score != other.score;
    if (isNaN != isOtherNaN) return isOtherNaN;
    if (!isNaN && this.score != other.score) return this.score > other.score;
    return this.time < other.time;
  }

  __read(c: usize, row: i32): void {
    this.score = readField<f64>(c, 0, row);
    this.time = readField<i64>(c, 1, row);
    this.value = readField<T>(c, 2, row);
  }

  __write(w: usize): void {
    writeField<f64>(w, 0, this.score);
    writeField<i64>(w, 1, this.time);
    writeField<T>(w, 2, this.value);
  }

  __type(): string {
    const first = '{"struct":{"fields":[{"name":"score","type":' + typeOf<f64>() + '},{"name":"time","type":' + typeOf<i64>();
    return first + '},{"name":"value","type":' + typeOf<T>() + "}]}}";
  }
}

/** The records with the largest scores, best first; of equals the one that came first. */
@final
export class TopAggregate<T> extends AggregateOp<Array<Ranked<T>>> {
  constructor(
    input: Input,
    layout: Layout,
    private most: i32,
    private env: usize,
    private fn: (env: usize, value: T) => f64,
  ) {
    super(input, layout);
  }

  create(): Array<Ranked<T>> {
    return new Array<Ranked<T>>();
  }

  add(state: Array<Ranked<T>>, table: usize, row: i32, time: i64): Array<Ranked<T>> {
    const value = readRow<T>(table, row);
    this.insert(state, new Ranked<T>(this.fn(this.env, value), time, value));
    return state;
  }

  join(left: Array<Ranked<T>>, right: Array<Ranked<T>>): Array<Ranked<T>> {
    for (let i = 0; i < right.length; i++) this.insert(left, unchecked(right[i]));
    return left;
  }

  private insert(list: Array<Ranked<T>>, ranked: Ranked<T>): void {
    let at = list.length;
    if (at < this.most) list.push(ranked);
    else if (!ranked.isBefore(list[--at])) return;
    for (; at > 0 && ranked.isBefore(unchecked(list[at - 1])); at--) unchecked((list[at] = list[at - 1]));
    list[at] = ranked;
  }
}
