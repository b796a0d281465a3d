// What a process function is handed beside its state and record: whose turn it is, when, and what it may do. Made anew for each call.
//
// Owns the timers of a key, too. Times inside are i64 milliseconds; the user sees numbers. What a context hands on bears the stamps
// of the function that runs: a row's time and mark (docs/abi.md, 10.3).
import { failAt } from "./graph";
import { extended, Layout, layoutOf } from "./layout";
import { Ports, SideOutput } from "./ports";
import { readRow } from "./reader";
import { take } from "rt/stub";
import { LAST_TIME } from "./time";
import { isRecord } from "./types";
import { beginRow, endRow, newTable, Table, writeField } from "./writer";

/** Timers of a key, and how many may fire for it in a call. */
export const MOST_TIMERS: i32 = 1000000;
export const NEVER: i64 = i64.MIN_VALUE;
const LAST: i64 = 8640000000000000;

/** The columns of what is handed on: the record's, then time and mark. */
function stamped(layout: Layout): Layout {
  return extended(layout, ['{"scalar":"INT64"}', '{"scalar":"INT64"}']);
}

/** A time as the user may see it. */
export function shown(time: i64): f64 {
  return <f64>clamped(time);
}

/** A time that a row may have. */
export function clamped(time: i64): i64 {
  return min(max(time, -LAST), LAST);
}

/** A set of times, in order. */
@final
export class Timers {
  private times: Array<i64> = [];
  private head: i32 = 0;

  get count(): i32 {
    return this.times.length - this.head;
  }

  get first(): i64 {
    return unchecked(this.times[this.head]);
  }

  setAll(times: Array<i64>): void {
    this.times = times;
    this.head = 0;
  }

  /** All times, in an array of their own. */
  all(): Array<i64> {
    return this.head ? this.times.slice(this.head) : this.times;
  }

  takeFirst(): i64 {
    return unchecked(this.times[this.head++]);
  }

  has(time: i64): bool {
    const at = this.place(time);
    return at < this.times.length && unchecked(this.times[at]) == time;
  }

  add(time: i64): void {
    const at = this.place(time);
    const times = this.times;
    if (at < times.length && unchecked(times[at]) == time) return;
    times.push(time);
    const moved = <usize>(times.length - 1 - at) << 3;
    memory.copy(times.dataStart + (<usize>(at + 1) << 3), times.dataStart + (<usize>at << 3), moved);
    unchecked((times[at] = time));
  }

  remove(time: i64): void {
    if (this.has(time)) this.times.splice(this.place(time), 1);
  }

  /** Where the time is or would be. */
  private place(time: i64): i32 {
    let low = this.head;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (unchecked(this.times[middle]) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** What all contexts of operators can do; `R` is what they emit, `K` the type of their keys. */
export class ProcessContext<K, R> {
  time: f64 = 0;
  watermark: f64 = 0;

  // What the loop sets (process_run.ts).
  group: i32 = 0;
  timers: Timers = new Timers();
  processingTimers: Timers = new Timers();
  /** Processing timers that were set for a time that had passed. */
  passed: Timers = new Timers();
  stampTime: i64 = 0;
  stampMark: i64 = 0;
  /** Where the function that runs stands in the program, and where it has set the last timer. */
  lastSet: string = "";
  out: Table;
  private sides: usize;

  constructor(
    private keys: usize,
    layout: Layout,
    rows: i32,
    private ports: Ports,
    private now: i64,
  ) {
    this.out = newTable(stamped(layout), rows);
    this.sides = take(<usize>(ports.names.length + 1) << 2);
    memory.fill(this.sides, 0, <usize>ports.names.length << 2);
  }

  get processingTime(): f64 {
    return shown(this.now);
  }

  get key(): K {
    return readRow<K>(this.keys, this.group);
  }

  emit(value: R): void {
    this.write<R>(this.out, value);
  }

  emitTo<U>(tag: SideOutput<U>, value: U): void {
    const at = this.ports.names.indexOf(tag.name);
    if (at < 0) return; // nobody reads it
    this.write<U>(this.side(at), value);
  }

  /** The table of a side output; made when something is emitted to it. */
  private side(at: i32): Table {
    const known = load<u32>(this.sides + (<usize>at << 2));
    if (known) return changetype<Table>(<usize>known);
    const table = newTable(stamped(layoutOf(this.ports.types[at])), 0);
    store<u32>(this.sides + (<usize>at << 2), <u32>changetype<usize>(table));
    return table;
  }

  /** The table of a side output, or 0. */
  sideAt(at: i32): usize {
    return load<u32>(this.sides + (<usize>at << 2));
  }

  private write<U>(table: Table, value: U): void {
    const w = changetype<usize>(table);
    const last = table.layout.count - 1;
    beginRow(table);
    if (isRecord<U>()) value.__write(w);
    else writeField<U>(w, 0, value);
    writeField<i64>(w, last - 1, this.stampTime);
    writeField<i64>(w, last, this.stampMark);
    endRow(table);
  }

  setTimer(time: f64, meta: string): void {
    this.timers.add(this.checked(time, this.timers, meta));
  }

  deleteTimer(time: f64, meta: string): void {
    this.timers.remove(checkedTime(time, meta));
  }

  setProcessingTimer(time: f64, meta: string): void {
    const at = this.checked(time, this.processingTimers, meta);
    if (at > this.now || this.processingTimers.has(at)) this.processingTimers.add(at);
    else this.passed.add(at);
  }

  deleteProcessingTimer(time: f64, meta: string): void {
    const at = checkedTime(time, meta);
    this.processingTimers.remove(at);
    this.passed.remove(at);
  }

  private checked(time: f64, timers: Timers, meta: string): i64 {
    this.lastSet = meta;
    if (timers.count >= MOST_TIMERS) failAt(meta, "this key has 1,000,000 timers: no key may have more");
    return checkedTime(time, meta);
  }
}

function checkedTime(time: f64, meta: string): i64 {
  if (!(time >= -LAST_TIME && time <= LAST_TIME && time == Math.floor(time))) {
    failAt(meta, "a timer's time is a number of whole milliseconds since 1970, this is " + time.toString().replace(".0", ""));
  }
  return <i64>time;
}
