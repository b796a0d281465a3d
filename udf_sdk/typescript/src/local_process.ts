// Process functions under Node: docs/abi.md, section 10, over records that are all there. In order of time all keys advance
// together; as records come, the timers of a key fire before its next record, and all others at the end.
import type { Item } from "./flow.ts";
import type { ProcessContext } from "./process.ts";
import { crossing, keyText } from "./records.ts";
import { checkedTime } from "./time.ts";
import type { SideOutput } from "./time.ts";

const LAST = 8.64e15;
const MOST_TIMERS = 1_000_000;
const NO_TIMES = "but the records have none: write .withTimestamps((record) => record.time) behind the source";

/** A record on its way into an operator. */
export interface Entry {
  readonly item: Item;
  /** The stream that it comes from: 0, 1. */
  readonly side: number;
  /** The key; undefined for a rule, which all keys see. */
  readonly key: unknown;
}

/** What the operator does; each answers the new state, or null for a key that is forgotten. */
export interface Logic {
  readonly create: () => unknown;
  readonly onRecord: (state: unknown, entry: Entry, ctx: ProcessContext<unknown, unknown>) => unknown;
  readonly onTimer?: ((state: unknown, time: number, ctx: ProcessContext<unknown, unknown>) => unknown) | undefined;
  readonly onProcessingTimer?: Logic["onTimer"];
  readonly onRule?: (entry: Entry) => void;
  readonly inOrder: boolean;
  readonly ttl: number;
  readonly lateness: number;
  readonly lateTo: string | undefined;
}

interface KeyState {
  readonly key: unknown;
  state: unknown;
  isKnown: boolean;
  timers: Set<number>;
  processingTimers: Set<number>;
  last: number;
  /** What `last` was before the record under way. */
  lastBefore: number;
  /** Timers since its last record. */
  fired: number;
}

/** One run over all records. */
export class LocalProcess {
  readonly outputs = new Map<string, Item[]>([["", []]]);
  readonly #logic: Logic;
  readonly #keys = new Map<string, KeyState>();
  readonly #clock = Date.now();
  #current: KeyState | undefined;
  #stamp: Pick<Item, "time" | "mark" | "split"> = { time: 0, mark: 0, split: 0 };
  #time = 0;
  #watermark = -LAST;

  constructor(logic: Logic) {
    this.#logic = logic;
  }

  /** The largest time of its key's records before the one under way. */
  get lastBefore(): number {
    return this.#current?.lastBefore ?? -Infinity;
  }

  run(entries: readonly Entry[]): ReadonlyMap<string, readonly Item[]> {
    const { inOrder } = this.#logic;
    if (inOrder && entries.some((entry) => Number.isNaN(entry.item.time))) throw new Error(`a process in order works by event time, ${NO_TIMES}`);
    for (const entry of inOrder ? this.#ordered(entries) : entries) {
      if (inOrder) this.#advance(entry.item.time - 1);
      if (entry.key === undefined) this.#logic.onRule?.(entry);
      else this.#handle(entry);
    }
    this.#advance(Infinity);
    for (const key of this.#keys.values()) this.#end(key);
    return this.outputs;
  }

  /** Those that are not late, by time, input and split; a late rule holds from the watermark on. */
  #ordered(entries: readonly Entry[]): Entry[] {
    const kept = entries.flatMap((entry): Entry[] => {
      const { time, mark } = entry.item;
      if (entry.key === undefined) return [{ ...entry, item: { ...entry.item, time: Math.max(time, mark + 1) } }];
      if (time + this.#logic.lateness > mark) return [entry];
      if (this.#logic.lateTo !== undefined) this.#output(this.#logic.lateTo).push(entry.item);
      return [];
    });
    return kept.sort((a, b) => a.item.time - b.item.time || a.side - b.side || a.item.split - b.item.split);
  }

  #handle(entry: Entry): void {
    const { inOrder, ttl, create, onRecord } = this.#logic;
    const { time, mark } = entry.item;
    const key = this.#stateOf(entry.key);
    const isTimed = !Number.isNaN(time);
    const now = !isTimed ? -Infinity : inOrder ? time - 1 : mark;
    const reached = isTimed ? Math.max(time, mark) : this.#clock;
    if (key.isKnown && ttl > 0 && reached - key.last >= ttl) {
      this.#fire(key, key.last + ttl - 1);
      forget(key);
    } else this.#fire(key, this.#livingUntil(key, now));
    if (!key.isKnown) Object.assign(key, { isKnown: true, state: crossing(create()) });
    key.fired = 0;
    key.lastBefore = key.last;
    key.last = Math.max(key.last, isTimed ? time : this.#clock);
    this.#stamp = entry.item;
    this.#call(key, isTimed ? time : this.#clock, inOrder ? time - 1 : mark, (ctx) => onRecord(key.state, entry, ctx));
    this.#drain(key, now);
  }

  #stateOf(given: unknown): KeyState {
    const text = keyText(given);
    const known = this.#keys.get(text);
    if (known !== undefined) return known;
    const fresh = { timers: new Set<number>(), processingTimers: new Set<number>(), last: -Infinity, lastBefore: -Infinity, fired: 0 };
    const made: KeyState = { key: given, state: undefined, isKnown: false, ...fresh };
    this.#keys.set(text, made);
    return made;
  }

  /** All keys' timers up to that time, in order of time. */
  #advance(limit: number): void {
    for (;;) {
      let next: KeyState | undefined;
      for (const key of this.#keys.values())
        if (first(key.timers) <= this.#livingUntil(key, limit) && (next === undefined || first(key.timers) < first(next.timers))) next = key;
      if (next === undefined) return;
      this.#fire(next, first(next.timers));
    }
  }

  #livingUntil(key: KeyState, limit: number): number {
    return this.#logic.ttl > 0 ? Math.min(limit, key.last + this.#logic.ttl - 1) : limit;
  }

  #fire(key: KeyState, limit: number): void {
    while (key.isKnown && first(key.timers) <= limit) {
      const time = first(key.timers);
      this.#stamp = { time, mark: Math.max(time - 1, -LAST), split: 0 };
      this.#timer(key, time);
      this.#drain(key, time);
    }
  }

  /** Timers that were set for a time that had passed. */
  #drain(key: KeyState, limit: number): void {
    while (key.isKnown && first(key.timers) <= limit) this.#timer(key, first(key.timers));
  }

  #timer(key: KeyState, time: number): void {
    key.timers.delete(time);
    this.#call(key, time, time, (ctx) => (this.#logic.onTimer ? this.#logic.onTimer(key.state, time, ctx) : key.state));
  }

  /** The processing timers of a key fire before the job ends. */
  #end(key: KeyState): void {
    while (key.isKnown && key.processingTimers.size > 0) {
      const time = first(key.processingTimers);
      key.processingTimers.delete(time);
      this.#stamp = { time: LAST, mark: LAST, split: 0 };
      this.#call(key, time, LAST, (ctx) => this.#logic.onProcessingTimer?.(key.state, time, ctx) ?? null);
      this.#drain(key, Infinity);
    }
  }

  #call(key: KeyState, time: number, watermark: number, fn: (ctx: ProcessContext<unknown, unknown>) => unknown): void {
    if (++key.fired > MOST_TIMERS) throw new RangeError("more than 1,000,000 timers fire for one key at once: a timer that sets the next one needs an end");
    this.#current = key;
    this.#time = time;
    this.#watermark = Math.max(watermark, -LAST);
    const next = fn(this.#context(key));
    if (next === null) forget(key);
    else key.state = crossing(next);
  }

  #context(key: KeyState): ProcessContext<unknown, unknown> {
    const add = (timers: Set<number>, time: number): void => {
      if (timers.size >= MOST_TIMERS) throw new RangeError("this key has 1,000,000 timers: no key may have more");
      timers.add(checkedTime(time, "a timer's time"));
    };
    return {
      key: key.key,
      time: this.#time,
      watermark: this.#watermark,
      processingTime: this.#clock,
      emit: (record) => void this.#output("").push({ ...this.#stamp, value: crossing(record) }),
      emitTo: <U>(tag: SideOutput<U>, record: U) => void this.#output(tag.name).push({ ...this.#stamp, value: crossing(record) }),
      setTimer: (time) => {
        if (Number.isNaN(this.#stamp.time)) throw new Error(`setTimer works by event time, ${NO_TIMES}: or use setProcessingTimer`);
        add(key.timers, time);
      },
      deleteTimer: (time) => void key.timers.delete(time),
      setProcessingTimer: (time) => add(key.processingTimers, time),
      deleteProcessingTimer: (time) => void key.processingTimers.delete(time),
    };
  }

  #output(name: string): Item[] {
    const items = this.outputs.get(name) ?? [];
    this.outputs.set(name, items);
    return items;
  }
}

/** The earliest; NaN where there is none, which is not below anything. */
function first(timers: ReadonlySet<number>): number {
  let least = NaN;
  for (const time of timers) if (!(time >= least)) least = time;
  return least;
}

function forget(key: KeyState): void {
  key.isKnown = false;
  key.timers.clear();
  key.processingTimers.clear();
  key.last = -Infinity;
}
