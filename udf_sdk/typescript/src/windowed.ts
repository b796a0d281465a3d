// Streams that are cut into windows: what can be asked of them, and how that is found under Node, by what a window is: the records
// that lie in it and are not late for it. Results come by the ends of their windows.
import { stagesOf } from "./flow.ts";
import type { Item, Outputs, Pull } from "./flow.ts";
import { crossing, keyText } from "./records.ts";
import { Stream } from "./streams.ts";
import { checkedSpan } from "./time.ts";
import type { AllRanking, AllWindow, AllWindowCount, Ranking, SideOutput, Window, WindowCount, Windows } from "./time.ts";

/** A window of a key with its records. */
interface Filled {
  key: unknown;
  start: number;
  end: number;
  state: unknown;
}

/** How records become a state. */
interface Fold {
  readonly first: (item: Item) => unknown;
  readonly add: (state: unknown, item: Item) => unknown;
  readonly merge: (left: unknown, right: unknown) => unknown;
}

/** What a window's aggregate does; A is what it keeps, R its result, W the window. */
export interface WindowAggregate<T, A, R, W> {
  /** What a window begins with. An empty list needs its type: `create: (): string[] => []`. */
  create: () => A;
  /** What is kept when a record comes. It must not change its arguments. */
  add: (acc: A, value: T) => A;
  /** Two states of one window as one; sessions and sliding windows need it. */
  merge?: (a: A, b: A) => A;
  /** The result of a window. */
  finish: (acc: A, window: W) => R;
}

/** What `window(...)` and `windowAll(...)` have in common: W is the window, C what counts, P what ranks. */
export abstract class Windowing<in out T, in out W, in out C, in out P> {
  private readonly pull: Pull;
  private readonly key: (record: unknown) => unknown;
  private readonly hasKey: boolean;
  private readonly windows: Windows;
  private lateness = 0;
  private late: string | undefined;
  private isEarly = false;

  /** @internal Made by `keyed.window(...)` and `stream.windowAll(...)`. */
  constructor(pull: Pull, key: (record: unknown) => unknown, hasKey: boolean, windows: Windows) {
    this.pull = pull;
    this.key = key;
    this.hasKey = hasKey;
    this.windows = windows;
  }

  /**
   * Takes records that are late by at most so many milliseconds, too: a window that has given its result gives a new
   * one for each. A session, and a `process`, waits so long instead and gives one.
   */
  allowedLateness(ms: number): this {
    this.lateness = checkedSpan(ms, "the allowed lateness", 0);
    return this;
  }

  /**
   * Where records go that are late for all of their windows; unless told, they are counted and dropped.
   *
   * @example
   * const late = SideOutput.of<View>("late");
   * const counts = views.keyBy((v) => v.page).window(FixedWindow.of(minutes(1))).lateTo(late).count();
   * counts.sideOutput(late).sink(...);
   */
  lateTo(tag: SideOutput<T>): this {
    if (this.late !== undefined) throw new Error("the late records have a side output already: leave one of the two out");
    this.late = tag.name;
    return this;
  }

  /** Gives the results of windows that changed every so many milliseconds of processing time, too, before their end. */
  emitEarly(everyMs: number): this {
    checkedSpan(everyMs, "the time between early results", 1);
    if (this.windows.areSessions)
      throw new Error("a session gives its result once, so there is none to emit early: leave emitEarly out, or use a fixed window");
    this.isEarly = true;
    return this;
  }

  /**
   * The records of each window, folded into one: the first one, then `fn(state, record)`. The function must not change
   * its arguments, and states of one window meet in it, too.
   *
   * @example orders.keyBy((o) => o.shop).window(FixedWindow.of(days(1))).reduce((a, b) => (a.total > b.total ? a : b))
   */
  reduce(fn: (state: T, value: T) => T): Stream<T>;
  /**
   * The same, with a function that makes the result of what is left and of the window.
   *
   * @example
   * sales.keyBy((s) => s.shop).window(FixedWindow.of(days(1))).reduce(
   *   (a, b) => ({ ...a, cents: a.cents + b.cents }),
   *   (total, window) => ({ shop: window.key, day: window.start, cents: total.cents }),
   * )
   */
  reduce<R>(fn: (state: T, value: T) => T, finish: (value: T, window: W) => R): Stream<R>;
  reduce<R>(fn: (state: T, value: T) => T, finish?: (value: T, window: W) => R): Stream<T> | Stream<R> {
    const merge = (a: unknown, b: unknown): unknown => crossing(fn(crossing(a) as T, crossing(b) as T));
    const fold = { first: (item: Item) => item.value, add: (state: unknown, item: Item) => merge(state, item.value), merge };
    return this.stream<R>(fold, (state, window) => [finish ? finish(state as T, window) : state]);
  }

  /**
   * What is kept of the records of each window, step by step, and what is made of it at the end.
   *
   * @example
   * visits.keyBy((v) => v.user).window(SessionWindow.of(minutes(30))).aggregate({
   *   create: () => ({ views: 0, spent: 0 }),
   *   add: (a, v) => ({ views: a.views + 1, spent: a.spent + v.cents }),
   *   merge: (a, b) => ({ views: a.views + b.views, spent: a.spent + b.spent }),
   *   finish: (a, window) => ({ user: window.key, from: window.start, ...a }),
   * })
   */
  aggregate<A, R>(functions: WindowAggregate<T, A, R, W>): Stream<R> {
    const { create, add, merge, finish } = functions;
    if (!merge && this.windows.of(0).length + Number(this.windows.areSessions) > 1)
      throw new Error("records meet in sessions or panes of sliding windows, so the aggregate needs a function that puts two states together: add merge: (a, b) => ...");
    const added = (state: A, item: Item): A => crossing(add(crossing(state) as A, item.value as T)) as A;
    const fold = {
      first: (item: Item) => added(create(), item),
      add: (state: unknown, item: Item) => added(state as A, item),
      merge: (a: unknown, b: unknown) => crossing(merge?.(crossing(a) as A, crossing(b) as A)),
    };
    return this.stream<R>(fold, (state, window) => [finish(state as A, window)]);
  }

  /**
   * How many records each window has.
   *
   * @example views.keyBy((v) => v.page).window(FixedWindow.of(minutes(1))).count().map((c) => `${c.key}: ${c.count}`)
   */
  count(): Stream<C> {
    const fold = { first: () => 1, add: (n: unknown) => (n as number) + 1, merge: (a: unknown, b: unknown) => (a as number) + (b as number) };
    return this.stream<C>(fold, (count, window) => [{ ...window, count }]);
  }

  /**
   * All records of each window at once, by event time: what cannot be said step by step. They are kept until the window
   * ends. It is called once for a window.
   *
   * @example trades.keyBy((t) => t.symbol).window(FixedWindow.of(minutes(1))).process((ts, w) => [{ symbol: w.key, open: ts[0].price }])
   */
  process<R>(fn: (values: T[], window: W) => R[]): Stream<R> {
    if (this.isEarly)
      throw new Error("a window's process is called once, so there is no result to emit early: leave emitEarly out, or use reduce, aggregate, count or top");
    return this.stream<R>(COLLECTED, (items, window) => {
      const sorted = [...(items as Item[])].sort((a, b) => a.time - b.time);
      return fn(sorted.map((item) => crossing(item.value) as T), window);
    });
  }

  /**
   * The n records of each window with the largest scores, best first: of equals the earlier one. Scores that are NaN
   * come last.
   *
   * @example totals.keyBy((t) => t.section).window(FixedWindow.of(hours(1))).top(3, (t) => t.seconds)
   */
  top(n: number, score: (value: T) => number): Stream<P> {
    if (!Number.isInteger(n) || n < 1 || n > 1_000_000) throw new RangeError("top(n, ...) takes a whole number from 1 to 1,000,000");
    return this.stream<P>(COLLECTED, (items, window) =>
      (items as Item[])
        .map((item) => ({ item, score: score(item.value as T) }))
        .sort((a, b) => byScore(a.score, b.score) || a.item.time - b.item.time)
        .slice(0, n)
        .map(({ item }, i) => ({ ...window, rank: i + 1, value: item.value })),
    );
  }

  /** The results of every window. */
  private stream<R>(fold: Fold, finish: (state: unknown, window: W) => readonly unknown[]): Stream<R> {
    const { hasKey } = this;
    const stage = stagesOf((read): Outputs => {
      const { filled, late } = this.fill([...this.pull(read)], fold);
      const results = filled.flatMap(({ key, start, end, state }) => {
        const window = (hasKey ? { key, start, end } : { start, end }) as W;
        return finish(crossing(state), window).map((value) => ({ value: crossing(value), time: end - 1, mark: end - 2, split: 0 }));
      });
      return new Map([["", results], ...(this.late === undefined ? [] : ([[this.late, late]] as const))]);
    });
    return new Stream<R>(stage(""), undefined, (port) => (port === this.late ? stage(port) : undefined));
  }

  /** Every window with what its records make, by its end; and the records that are late for all of theirs. */
  private fill(items: readonly Item[], fold: Fold): { filled: Filled[]; late: Item[] } {
    const late: Item[] = [];
    const open = new Map<string, Filled[]>();
    for (const item of items) {
      if (Number.isNaN(item.time)) throw new Error("a window works by event time, but its records have none: write .withTimestamps((record) => record.time) behind the source");
      const key = crossing(this.key(item.value));
      const ofKey = open.get(keyText(key)) ?? [];
      open.set(keyText(key), ofKey);
      const windows = this.windows.of(item.time);
      const limit = this.windows.areSessions ? item.time : undefined;
      const inTime = windows.filter(({ end }) => (limit ?? end - 1) + this.lateness > item.mark);
      if (inTime.length === 0) late.push(item);
      for (const { start, end } of inTime) this.place(ofKey, { key, start, end, state: undefined }, item, fold);
    }
    const filled = [...open.values()].flat().sort((a, b) => a.end - b.end);
    return { filled, late };
  }

  /** Puts a record into its window; into the session that its own meets, and those then into one. */
  private place(ofKey: Filled[], window: Filled, item: Item, fold: Fold): void {
    const { areSessions } = this.windows;
    const meets = (w: Filled): boolean => (areSessions ? w.start < window.end && window.start < w.end : w.start === window.start);
    const [first, ...others] = ofKey.filter(meets).sort((a, b) => a.start - b.start);
    if (first === undefined) {
      ofKey.push({ ...window, state: fold.first(item) });
      return;
    }
    for (const other of others) {
      first.state = fold.merge(first.state, other.state);
      first.end = Math.max(first.end, other.end);
      ofKey.splice(ofKey.indexOf(other), 1);
    }
    first.state = fold.add(first.state, item);
    first.start = Math.min(first.start, window.start);
    first.end = Math.max(first.end, window.end);
  }
}

const COLLECTED: Fold = {
  first: (item) => [item],
  add: (items, item) => [...(items as Item[]), item],
  merge: (a, b) => [...(a as Item[]), ...(b as Item[])],
};

/** The larger one first, NaN last. */
function byScore(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return b - a || 0;
}

/** Records of type T, those of one key of type K and one window together. */
export class WindowedStream<in out K, in out T> extends Windowing<T, Window<K>, WindowCount<K>, Ranking<K, T>> {
  /** Says only which keys it has. */
  declare private readonly keys: (key: K) => K;
}

/** Records of type T, those of one window together. */
export class AllWindowedStream<in out T> extends Windowing<T, AllWindow, AllWindowCount, AllRanking<T>> {}

