// The loop of a process function (docs/abi.md, section 10): rows of one call in turn, before each the timers of its key that are
// due, behind them all what the watermark and the clock have reached. The rules are those of 10.4 to 10.6, by their numbers.
//
// What the user's functions are is process.ts's; how a state lies in a row, process_states.ts's. States and rows stay until the call ends.
import {
  CALL_BATCH,
  CALL_GROUPS,
  CALL_GROUP_COUNT,
  CALL_KEYS,
  CALL_MARKS,
  CALL_PROCESSING_TIME,
  CALL_ROWS,
  CALL_RULES,
  CALL_SECOND,
  CALL_SIDES,
  CALL_STATE,
  CALL_TIMES,
  CALL_WATERMARK,
} from "./abi";
import { batchOf, resultWithPorts } from "./arrays";
import { failAt } from "./graph";
import { zero } from "./lang";
import { Layout } from "./layout";
import { Operation, startRow } from "./operators";
import { Ports } from "./ports";
import { clamped, MOST_TIMERS, NEVER, ProcessContext, shown } from "./process_context";
import { bindIfAny, KeyState, readStates, writeStates } from "./process_states";
import { take } from "rt/stub";
import { Table } from "./writer";

/** A process function. Its methods hand the new state to `run.next`, and answer whether the key is kept. */
export abstract class ProcessOp<K, S, R> extends Operation {
  ports: Ports = new Ports("");
  isTimed: bool = false;

  constructor(
    public inOrder: bool,
    public ttl: i64,
    public states: Layout,
    public output: Layout,
  ) {
    super();
  }

  abstract create(): S;
  abstract onRow(run: ProcessRun<K, S, R>, state: S, side: i32, row: i32): bool;

  onTimer(_run: ProcessRun<K, S, R>, _state: S, _time: f64): bool {
    return true;
  }

  onProcessingTimer(_run: ProcessRun<K, S, R>, _state: S, _time: f64): bool {
    return true;
  }

  process(call: usize): usize {
    return new ProcessRun<K, S, R>(this, call).run();
  }
}

/** One call. */
@final
export class ProcessRun<K, S, R> {
  /** What the user's function answered. */
  next: S = zero<S>();
  context: ProcessContext<K, R>;
  first: usize;
  second: usize;
  rules: usize;
  /** The rules as the user's functions get them, once they have been read (process.ts). */
  readRules: usize = 0;
  /** The time before which the key's last record was, for what keeps only the newest. */
  lastBefore: i64 = NEVER;
  private keys: Array<KeyState<S>> = [];
  private watermark: i64;
  private clock: i64;

  constructor(
    private op: ProcessOp<K, S, R>,
    private call: usize,
  ) {
    this.watermark = load<i64>(call, CALL_WATERMARK);
    this.first = bindIfAny(load<u32>(call, CALL_BATCH));
    this.second = bindIfAny(load<u32>(call, CALL_SECOND));
    this.rules = load<u32>(call, CALL_RULES);
    const clock = load<i64>(call, CALL_PROCESSING_TIME);
    this.clock = clock;
    const keys = bindIfAny(load<u32>(call, CALL_KEYS));
    this.context = new ProcessContext<K, R>(keys, op.output, load<i32>(call, CALL_ROWS), op.ports, clock);
  }

  run(): usize {
    const call = this.call;
    this.keys = readStates<S>(load<u32>(call, CALL_STATE), load<i32>(call, CALL_GROUP_COUNT), this.op.states);
    const rows = load<i32>(call, CALL_ROWS);
    const groups = <usize>load<u32>(call, CALL_GROUPS);
    const sides = <usize>load<u32>(call, CALL_SIDES);
    const times = <usize>load<u32>(call, CALL_TIMES);
    const marks = <usize>load<u32>(call, CALL_MARKS);
    let seconds = 0;
    for (let i = 0; i < rows; i++) {
      startRow(i);
      const side = sides ? load<i32>(sides + (<usize>i << 2)) : 0;
      const row = side ? seconds++ : i - seconds;
      const group = load<i32>(groups + (<usize>i << 2));
      if (times) this.handle(group, side, row, load<i64>(times + (<usize>i << 3)), load<i64>(marks + (<usize>i << 3)));
      else this.handle(group, side, row, this.clock, NEVER);
    }
    for (let g = 0; g < this.keys.length; g++) this.pass(g);
    return resultWithPorts(batchOf(this.context.out), writeStates<S>(this.keys, this.op.states), this.sideOutputs());
  }

  /** One row, and before it what is due (10.4). */
  private handle(group: i32, side: i32, row: i32, time: i64, mark: i64): void {
    const op = this.op;
    const key = this.turn(group);
    const isTimed = op.isTimed;
    const now = !isTimed ? NEVER : op.inOrder ? time - 1 : mark;
    if (key.known && this.isExpired(key, isTimed ? max(time, mark) : this.clock)) {
      this.fire(key, key.last + op.ttl - 1);
      key.forget();
    } else {
      this.fire(key, this.livingUntil(key, now));
    }
    if (!key.known) {
      key.known = true;
      key.state = op.create();
    }
    this.lastBefore = key.last;
    key.last = max(key.last, time);
    this.stamp(isTimed ? time : 0, isTimed ? mark : 0);
    this.at(time, op.inOrder ? time - 1 : mark);
    this.settle(key, op.onRow(this, key.state, side, row));
    this.drain(key, now);
  }

  /** What the watermark and the clock have reached (10.5). */
  private pass(group: i32): void {
    const op = this.op;
    const key = this.turn(group);
    if (!key.known) return;
    const expires = this.isExpired(key, op.isTimed ? this.watermark : this.clock);
    this.fire(key, this.livingUntil(key, this.watermark));
    const due = key.processingTimers;
    while (key.known && due.count && due.first <= this.clock) {
      const time = due.takeFirst();
      const stamp = clamped(this.watermark == i64.MAX_VALUE ? this.watermark : this.watermark + 1);
      this.stamp(op.isTimed ? stamp : 0, op.isTimed ? stamp - 1 : 0);
      this.runProcessingTimer(key, time);
      this.drain(key, this.watermark);
    }
    if (expires) key.forget();
  }

  private turn(group: i32): KeyState<S> {
    const key = unchecked(this.keys[group]);
    const context = this.context;
    context.group = group;
    context.timers = key.timers;
    context.processingTimers = key.processingTimers;
    return key;
  }

  private isExpired(key: KeyState<S>, clock: i64): bool {
    return this.op.ttl > 0 && clock >= key.last + this.op.ttl;
  }

  /** Timers up to `limit` that the key lives to see. */
  private livingUntil(key: KeyState<S>, limit: i64): i64 {
    return key.known && this.op.ttl > 0 && this.op.isTimed ? min(limit, key.last + this.op.ttl - 1) : limit;
  }

  /** The event timers at or below the limit, in their order, each with what it sets for a time that has passed. */
  private fire(key: KeyState<S>, limit: i64): void {
    const timers = key.timers;
    while (key.known && timers.count && timers.first <= limit) {
      const time = timers.takeFirst();
      this.stamp(time, clamped(time - 1));
      this.runTimer(key, time);
      this.drain(key, time);
    }
  }

  /** Timers that were set for a time that had passed: with the stamps of the function that set them (10.6). */
  private drain(key: KeyState<S>, limit: i64): void {
    const timers = key.timers;
    const passed = this.context.passed;
    while (key.known && (passed.count || (timers.count && timers.first <= limit))) {
      if (passed.count) this.runProcessingTimer(key, passed.takeFirst());
      else this.runTimer(key, timers.takeFirst());
    }
  }

  private runTimer(key: KeyState<S>, time: i64): void {
    this.count(key);
    this.at(time, time);
    this.settle(key, this.op.onTimer(this, key.state, <f64>time));
  }

  private runProcessingTimer(key: KeyState<S>, time: i64): void {
    this.count(key);
    this.at(time, this.op.isTimed ? this.watermark : NEVER);
    this.settle(key, this.op.onProcessingTimer(this, key.state, <f64>time));
  }

  private count(key: KeyState<S>): void {
    if (++key.fired > MOST_TIMERS) failAt(this.context.lastSet, "more than 1,000,000 timers fire for one key at once: a timer that sets the next one needs an end");
  }

  private stamp(time: i64, mark: i64): void {
    this.context.stampTime = time;
    this.context.stampMark = mark;
  }

  private at(time: i64, watermark: i64): void {
    this.context.time = shown(time);
    this.context.watermark = shown(watermark);
  }

  private settle(key: KeyState<S>, isKept: bool): void {
    if (isKept) key.state = this.next;
    else {
      key.forget();
      this.context.passed.setAll([]);
    }
  }

  /** The addresses of the side outputs, in the graph's order. */
  private sideOutputs(): usize {
    const count = this.op.ports.names.length;
    if (!count) return 0;
    const list = take(<usize>count << 2);
    for (let i = 0; i < count; i++) {
      const table = this.context.sideAt(i);
      store<u32>(list + (<usize>i << 2), table ? <u32>batchOf(changetype<Table>(table)) : 0);
    }
    return list;
  }
}
