// Process functions as a program writes them: operators of the user's own, with state by key, timers and side outputs. How they run
// under Node is in local_process.ts.
import type { SideOutput } from "./time.ts";

/**
 * What a process function is handed beside its state and record: whose turn it is, when, and what it may do. K is the
 * key's type, R what the operator hands on.
 */
export interface ProcessContext<K, R> {
  /** The key of the record, or of the timer. */
  readonly key: K;
  /** The record's event time; in a timer the time that it was set for. Without event time the processing time. */
  readonly time: number;
  /** How far event time has come: no record that is not late lies at or before it. -8.64e15 before the first record. */
  readonly watermark: number;
  /** The clock: milliseconds since 1970. */
  readonly processingTime: number;
  /** Hands on a record. It gets the time of the record or timer from which it is made. */
  emit(record: R): void;
  /**
   * Hands on a record through a side output.
   *
   * @example ctx.emitTo(trials, { card: ctx.key, until: time })
   */
  emitTo<U>(tag: SideOutput<U>, record: U): void;
  /**
   * Asks for `onTimer` at that event time, in whole milliseconds. A key has at most one timer for a time: setting it again
   * changes nothing. One for a time that has passed fires right behind this function.
   *
   * @example ctx.setTimer(ctx.time + minutes(1))
   */
  setTimer(time: number): void;
  /** Takes back an event timer. Nothing happens where there is none. */
  deleteTimer(time: number): void;
  /** Asks for `onProcessingTimer` when the clock shows that time. */
  setProcessingTimer(time: number): void;
  /** Takes back a processing timer. */
  deleteProcessingTimer(time: number): void;
}

/** What all process functions say of their state. */
export interface Processing<S> {
  /** What a new key begins with. */
  state: () => S;
  /**
   * Records come by event time, when the watermark has passed them: nothing then depends on how splits interleave.
   * Unless told, they come as they are read.
   */
  inOrder?: boolean;
  /** A key without records for so many milliseconds is forgotten, with its timers behind that time. */
  ttl?: number;
}

/** A process function over one keyed stream. Functions return the new state, or null to forget the key and its timers. */
export interface ProcessFunctions<K, T, S, R> extends Processing<S> {
  /** A record: the state that it leaves behind. */
  onRecord: (state: S, value: T, ctx: ProcessContext<K, R>) => S | null;
  /** A timer that was set with `ctx.setTimer`. */
  onTimer?: (state: S, time: number, ctx: ProcessContext<K, R>) => S | null;
  /** A timer that was set with `ctx.setProcessingTimer`. */
  onProcessingTimer?: (state: S, time: number, ctx: ProcessContext<K, R>) => S | null;
  /** With `inOrder`: where records go that are late. Unless told, they are counted and dropped. */
  lateTo?: SideOutput<T>;
  /** With `inOrder`: for how many milliseconds more records are waited for. */
  allowedLateness?: number;
}

/** A process function over two keyed streams, whose records meet in one state. */
export interface ConnectedFunctions<K, T, U, S, R> extends Processing<S> {
  /** A record of the first stream: the state that it leaves behind; null forgets the key. */
  onFirst: (state: S, value: T, ctx: ProcessContext<K, R>) => S | null;
  /** A record of the second stream. */
  onSecond: (state: S, value: U, ctx: ProcessContext<K, R>) => S | null;
  /** A timer that was set with `ctx.setTimer`. */
  onTimer?: (state: S, time: number, ctx: ProcessContext<K, R>) => S | null;
  /** A timer that was set with `ctx.setProcessingTimer`. */
  onProcessingTimer?: (state: S, time: number, ctx: ProcessContext<K, R>) => S | null;
}

/** A process function over a keyed stream and rules that all keys see. */
export interface RuledFunctions<K, T, U, B, S, R> extends Processing<S> {
  /** The rules before the first record of the broadcast stream. */
  rules: () => B;
  /** A record of the broadcast stream: the rules from then on. */
  onRule: (rules: B, value: U) => B;
  /** A record of the keyed stream: the state that it leaves behind; null forgets the key. */
  onRecord: (state: S, value: T, rules: B, ctx: ProcessContext<K, R>) => S | null;
  /** A timer that was set with `ctx.setTimer`. */
  onTimer?: (state: S, time: number, rules: B, ctx: ProcessContext<K, R>) => S | null;
}

/** How `deduplicate` chooses. */
export interface DeduplicateOptions {
  /**
   * "first", unless told: the first record of each key. "last": every record that is not older than the one that was
   * handed on last.
   */
  keep?: "first" | "last";
  /** A key without records for so many milliseconds is new again. Unless told, keys are kept for ever. */
  ttl?: number;
}
