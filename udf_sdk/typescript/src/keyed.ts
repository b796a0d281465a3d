// Streams by key: running reductions and aggregates, windows, and operators of the user's own over one stream or two.
import { merged, stagesOf, withValue } from "./flow.ts";
import type { Outputs, Pull, ReadSource } from "./flow.ts";
import { LocalProcess } from "./local_process.ts";
import type { Entry, Logic } from "./local_process.ts";
import type { ConnectedFunctions, DeduplicateOptions, ProcessContext, ProcessFunctions, Processing, RuledFunctions } from "./process.ts";
import { crossing, keyText } from "./records.ts";
import { BroadcastStream, Stream, checkParallelism } from "./streams.ts";
import { checkedSpan } from "./time.ts";
import type { SideOutput, Windows } from "./time.ts";
import { WindowedStream } from "./windowed.ts";

/** What a running aggregate does; A is what it keeps, R what it hands on. */
export interface RunningAggregate<K, T, A, R> {
  /** What a key begins with. An empty list needs its type: `create: (): string[] => []`. */
  create: () => A;
  /** What is kept when a record comes. It must not change its arguments. */
  add: (acc: A, value: T) => A;
  /** Two states of one key as one. */
  merge?: (a: A, b: A) => A;
  /** What is handed on. */
  finish: (acc: A, key: K) => R;
}

const PLAIN: Omit<Logic, "create" | "onRecord"> = { inOrder: false, ttl: 0, lateness: 0, lateTo: undefined };

/** What a process function says beside its functions. */
function said(given: Processing<unknown> & { allowedLateness?: number; lateTo?: { readonly name: string } }): Omit<Logic, "create" | "onRecord"> {
  const { inOrder = false, ttl, allowedLateness = 0, lateTo } = given;
  if (!inOrder && (allowedLateness > 0 || lateTo !== undefined))
    throw new Error("records are taken as they come, so none of them is late: say inOrder: true, or leave allowedLateness and lateTo out");
  const span = ttl === undefined ? 0 : checkedSpan(ttl, "ttl", 1);
  return { inOrder, ttl: span, lateness: checkedSpan(allowedLateness, "the allowed lateness", 0), lateTo: lateTo?.name };
}

/** The records of streams in one order, with their keys; those of a broadcast have none. */
function entriesOf(streams: readonly { readonly pull: Pull; readonly key?: (record: unknown) => unknown }[], read: ReadSource): Entry[] {
  const all = [...merged(streams.map((s) => s.pull), read)];
  return all.map(({ side, ...item }) => {
    const key = streams[side]?.key;
    return { item, side, key: key && crossing(key(item.value)) };
  });
}

function streamOf<R>(run: (read: ReadSource) => Outputs): Stream<R> {
  const stage = stagesOf(run);
  return new Stream<R>(stage(""), undefined, stage);
}

/** Records of type T, those of one key of type K together. */
export class KeyedStream<in out K, in out T> {
  /** @internal */
  readonly pull: Pull;
  /** @internal */
  readonly key: (record: unknown) => K;

  /** @internal Keyed streams come from `stream.keyBy(...)`. */
  constructor(pull: Pull, key: (record: unknown) => K) {
    this.pull = pull;
    this.key = key;
  }

  /**
   * A running reduction per key: the first record of a key is its state, every other one gives `fn(state, record)`,
   * and each new state is handed on. The function must not change its arguments.
   *
   * @example words.keyBy(w => w.word).reduce((a, b) => ({ word: a.word, count: a.count + b.count }))
   */
  reduce(fn: (state: T, value: T) => T): Stream<T> {
    const { pull, key } = this;
    return new Stream<T>(function* (read) {
      const states = new Map<string, unknown>();
      for (const item of pull(read)) {
        const k = keyText(crossing(key(item.value)));
        const state = states.has(k) ? crossing(fn(crossing(states.get(k)) as T, item.value as T)) : item.value;
        states.set(k, state);
        yield withValue(item, crossing(state));
      }
    });
  }

  /**
   * What is kept of the records of each key, step by step, and what each record's state makes known.
   *
   * @example
   * trades.keyBy((t) => t.symbol).aggregate({
   *   create: () => ({ sum: 0, count: 0 }),
   *   add: (a, t) => ({ sum: a.sum + t.price, count: a.count + 1 }),
   *   finish: (a, symbol) => ({ symbol, mean: a.sum / a.count }),
   * })
   */
  aggregate<A, R>(functions: RunningAggregate<K, T, A, R>): Stream<R> {
    const { pull, key } = this;
    const { create, add, finish } = functions;
    return new Stream<R>(function* (read) {
      const states = new Map<string, unknown>();
      for (const item of pull(read)) {
        const given = crossing(key(item.value)) as K;
        const k = keyText(given);
        const before = states.has(k) ? crossing(states.get(k)) : crossing(create());
        const state = crossing(add(before as A, item.value as T));
        states.set(k, state);
        yield withValue(item, crossing(finish(crossing(state) as A, given)));
      }
    });
  }

  /**
   * Cuts the records of each key into windows of event time.
   *
   * @example views.keyBy((v) => v.page).window(FixedWindow.of(minutes(1))).count()
   */
  window(windows: Windows): WindowedStream<K, T> {
    return new WindowedStream<K, T>(this.pull, this.key, true, windows);
  }

  /**
   * Hands on the first record of each key, or with `keep: "last"` the newest ones. Records renew their key: it is
   * forgotten when none has come for `ttl`.
   *
   * @example payments.keyBy((p) => p.id).deduplicate({ ttl: days(1) })
   */
  deduplicate(options: DeduplicateOptions = {}): Stream<T> {
    const { keep, ttl = 0 } = options;
    const isNewest = (time: number): boolean => keep === "last" && (Number.isNaN(time) || process.lastBefore <= time);
    const onRecord: Logic["onRecord"] = (isKnown, { item }, ctx) => {
      if (isKnown === false || isNewest(item.time)) ctx.emit(item.value);
      return true;
    };
    let process: LocalProcess;
    const logic = { ...PLAIN, create: () => false, onRecord, ttl };
    return streamOf<T>((read) => (process = new LocalProcess(logic)).run(entriesOf([this], read)));
  }

  /**
   * An operator of your own: a state for each key, what a record makes of it, timers and side outputs. Its functions
   * return the new state, or null to forget the key and its timers; they must not change the state that they are given.
   * The two type arguments are the state's and what is handed on.
   *
   * @example
   * clicks.keyBy((c) => c.user).process<number, string>({
   *   state: () => 0,
   *   onRecord: (count, click, ctx) => {
   *     ctx.setTimer(ctx.time + minutes(5));
   *     return count + 1;
   *   },
   *   onTimer: (count, time, ctx) => {
   *     ctx.emit(`${ctx.key} made ${count} clicks`);
   *     return null;
   *   },
   * })
   */
  process<S, R>(functions: ProcessFunctions<K, T, S, R>): Stream<R> {
    const { state, onRecord, onTimer, onProcessingTimer } = functions;
    const logic: Logic = {
      ...said(functions),
      create: state,
      onRecord: (s, { item }, ctx) => onRecord(s as S, item.value as T, ctx as ProcessContext<K, R>),
      onTimer: onTimer && ((s, time, ctx) => onTimer(s as S, time, ctx as ProcessContext<K, R>)),
      onProcessingTimer: onProcessingTimer && ((s, time, ctx) => onProcessingTimer(s as S, time, ctx as ProcessContext<K, R>)),
    };
    return streamOf<R>((read) => new LocalProcess(logic).run(entriesOf([this], read)));
  }

  /**
   * This stream and another keyed one in one operator: their records meet by keys of one type.
   *
   * @example orders.keyBy((o) => o.id).connect(payments.keyBy((p) => p.order)).process<State, Paid>({ ... })
   */
  connect<U>(other: KeyedStream<K, U>): ConnectedStreams<K, T, U>;
  /**
   * This stream with a broadcast, whose records all keys see.
   *
   * @example cards.connect(limits.broadcast()).process<number, number, Alarm>({ rules: () => 1000, onRule: ..., ... })
   */
  connect<U>(rules: BroadcastStream<U>): RuledStream<K, T, U>;
  connect<U>(other: KeyedStream<K, U> | BroadcastStream<U>): ConnectedStreams<K, T, U> | RuledStream<K, T, U> {
    return other instanceof KeyedStream ? new ConnectedStreams<K, T, U>(this, other) : new RuledStream<K, T, U>(this, other);
  }

  /** Names the operator before this. */
  name(name: string): this {
    return this;
  }

  /** How many subtasks run the operator before this. */
  parallelism(n: number): this {
    checkParallelism(n);
    return this;
  }
}

/** Two keyed streams that meet in one operator: `keyed.connect(other)`. */
export class ConnectedStreams<in out K, in out T, in out U> {
  private readonly first: KeyedStream<K, T>;
  private readonly second: KeyedStream<K, U>;

  /** @internal */
  constructor(first: KeyedStream<K, T>, second: KeyedStream<K, U>) {
    this.first = first;
    this.second = second;
  }

  /**
   * An operator of your own over both streams: one state for each key, and a function for the records of each stream.
   *
   * @example
   * orders.connect(payments).process<Order | null, Paid>({
   *   state: () => null,
   *   onFirst: (_, order) => order,
   *   onSecond: (order, payment, ctx) => { ... },
   * })
   */
  process<S, R>(functions: ConnectedFunctions<K, T, U, S, R>): Stream<R> {
    const { state, onFirst, onSecond, onTimer, onProcessingTimer } = functions;
    const logic: Logic = {
      ...said(functions),
      create: state,
      onRecord: (s, { item, side }, ctx) =>
        side === 0
          ? onFirst(s as S, item.value as T, ctx as ProcessContext<K, R>)
          : onSecond(s as S, item.value as U, ctx as ProcessContext<K, R>),
      onTimer: onTimer && ((s, time, ctx) => onTimer(s as S, time, ctx as ProcessContext<K, R>)),
      onProcessingTimer: onProcessingTimer && ((s, time, ctx) => onProcessingTimer(s as S, time, ctx as ProcessContext<K, R>)),
    };
    return streamOf<R>((read) => new LocalProcess(logic).run(entriesOf([this.first, this.second], read)));
  }
}

/** A keyed stream with rules that all its keys see: `keyed.connect(rules.broadcast())`. */
export class RuledStream<in out K, in out T, in out U> {
  private readonly first: KeyedStream<K, T>;
  private readonly second: BroadcastStream<U>;

  /** @internal */
  constructor(first: KeyedStream<K, T>, second: BroadcastStream<U>) {
    this.first = first;
    this.second = second;
  }

  /**
   * An operator of your own over the keyed stream, with rules that the other stream's records change for all keys. The
   * three type arguments are the rules', the state's, and what is handed on.
   *
   * @example
   * cards.connect(limits.broadcast()).process<number, number, Alarm>({
   *   rules: () => 1000,
   *   state: () => 0,
   *   onRule: (_, limit) => limit.cents,
   *   onRecord: (spent, payment, limit, ctx) => { ... },
   * })
   */
  process<B, S, R>(functions: RuledFunctions<K, T, U, B, S, R>): Stream<R> {
    const { rules, onRule, state, onRecord, onTimer } = functions;
    return streamOf<R>((read) => {
      let held = crossing(rules());
      const logic: Logic = {
        ...said(functions),
        create: state,
        onRule: ({ item }) => void (held = crossing(onRule(held as B, item.value as U))),
        onRecord: (s, { item }, ctx) => onRecord(s as S, item.value as T, crossing(held) as B, ctx as ProcessContext<K, R>),
        onTimer: onTimer && ((s, time, ctx) => onTimer(s as S, time, crossing(held) as B, ctx as ProcessContext<K, R>)),
      };
      return new LocalProcess(logic).run(entriesOf([this.first, this.second], read));
    });
  }
}
