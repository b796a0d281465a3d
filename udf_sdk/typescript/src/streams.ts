// Streams: what a job is built of. Each operator answers the stream behind it; nothing runs before execute().
import type { Sink } from "./sinks.ts";
import { addEndpoint, addFlow, execute, merged, setNamespace, withValue } from "./flow.ts";
import type { Endpoint, Pull } from "./flow.ts";
import { KeyedStream } from "./keyed.ts";
import { crossing } from "./records.ts";
import { timed } from "./timestamps.ts";
import type { SideOutput, TimestampOptions, Windows } from "./time.ts";
import { AllWindowedStream } from "./windowed.ts";

/** The job that is being built: its id and the namespace that it belongs to. */
export class ExecutionContext {
  /** The job's id, unique within its namespace. */
  readonly job: string;
  /** Whose job it is. */
  readonly namespace: string;

  private constructor(job: string, namespace: string) {
    this.job = job;
    this.namespace = namespace;
  }

  /**
   * Starts a job.
   *
   * @param job the job's id, unique within its namespace
   * @param namespace whose job it is; "default" where there is one tenant
   * @example const ctx = ExecutionContext.new("wordCount", "default");
   */
  static new(job: string, namespace: string = "default"): ExecutionContext {
    setNamespace(namespace);
    return new ExecutionContext(job, namespace);
  }
}

/** @internal Whole numbers only, as the engine wants them. */
export function checkParallelism(n: number): void {
  if (!Number.isInteger(n) || n < 1 || n > 32767)
    throw new RangeError("parallelism(n) takes a whole number from 1 to 32767");
}

/**
 * Records of type T, flowing by.
 *
 * The functions given to operators are *pure*: what they return depends on the record and on constants of main, and
 * they change nothing outside themselves. State belongs into `keyBy(...).reduce(...)`.
 */
export class Stream<in out T> {
  private readonly pull: Pull;
  private readonly endpoint: Endpoint | undefined;
  private readonly sides: ((port: string) => Pull | undefined) | undefined;

  /** @internal Streams come from `source.createFlow(ctx)`. `sides`: the side outputs of the operator before it. */
  constructor(pull: Pull, endpoint?: Endpoint, sides?: (port: string) => Pull | undefined) {
    this.pull = pull;
    this.endpoint = endpoint;
    this.sides = sides;
  }

  /**
   * One record out for each record in.
   *
   * @example lines.map(line => ({ text: line, length: line.length }))
   */
  map<U>(fn: (value: T) => U): Stream<U> {
    const before = this.pull;
    return new Stream<U>(function* (read) {
      for (const item of before(read)) yield withValue(item, crossing(fn(item.value as T)));
    });
  }

  /**
   * Keeps the records for which the function answers true.
   *
   * @example orders.filter(order => order.status === "paid")
   */
  filter(fn: (value: T) => boolean): Stream<T> {
    const before = this.pull;
    return new Stream<T>(function* (read) {
      for (const item of before(read)) if (fn(item.value as T)) yield item;
    });
  }

  /**
   * Any number of records out for each record in: the elements of the array that the function returns.
   *
   * @example lines.flatMap(line => line.split(" "))
   */
  flatMap<U>(fn: (value: T) => readonly U[]): Stream<U> {
    const before = this.pull;
    return new Stream<U>(function* (read) {
      for (const item of before(read)) for (const out of fn(item.value as T)) yield withValue(item, crossing(out));
    });
  }

  /**
   * Brings the records of one key together, wherever they came from. A key is text, a number, a boolean, a bigint, or
   * an object or tuple of these; keys are equal when their values are.
   *
   * @example words.keyBy(w => w.word)
   */
  keyBy<K>(fn: (value: T) => K): KeyedStream<K, T> {
    return new KeyedStream<K, T>(this.pull, (record) => fn(record as T));
  }

  /**
   * Gives each record its event time, which windows, timers and everything else of time goes by. It stands behind the
   * source, before any keyBy, once. What a record is late for depends on the records before it in its own split (a
   * partition, a file), and on nothing else.
   *
   * Without a function it is the time that the source has for a record: that of a Kafka message, or of an entry of a
   * Redis stream; bound to a file of messages, their field `timestamp`.
   *
   * @example messages.withTimestamps({ outOfOrder: seconds(5) })
   */
  withTimestamps(options?: TimestampOptions): Stream<T>;
  /**
   * Gives each record its event time, which windows, timers and everything else of time goes by. It stands behind the
   * source, before any keyBy, once. What a record is late for depends on the records before it in its own split (a
   * partition, a file), and on nothing else.
   *
   * @param fn milliseconds since 1970, a whole number
   * @example views.withTimestamps((view) => view.at, { outOfOrder: seconds(5), idleAfter: minutes(1) })
   */
  withTimestamps(fn: ((value: T) => number) | undefined, options?: TimestampOptions): Stream<T>;
  withTimestamps(first?: ((value: T) => number) | TimestampOptions, second?: TimestampOptions): Stream<T> {
    const fn = typeof first === "function" ? first : undefined;
    return new Stream<T>(timed(this.pull, fn && ((value) => fn(value as T)), (typeof first === "object" ? first : second) ?? {}));
  }

  /**
   * The records of this stream and of others, all of one type.
   *
   * @example web.union(phone, shop)
   */
  union(...others: Stream<T>[]): Stream<T> {
    const pulls = [this, ...others].map((stream) => stream.pull);
    return new Stream<T>((read) => merged(pulls, read));
  }

  /**
   * A side output of the operator just before: the late records of a window, or what a process function hands on with
   * `ctx.emitTo`.
   *
   * @example counts.sideOutput(late).sink(...)
   */
  sideOutput<U>(tag: SideOutput<U>): Stream<U> {
    const pull = this.sides?.(tag.name);
    if (pull === undefined)
      throw new Error(`the operator just before this has no side output '${tag.name}': read it directly behind a process(...), or a window with .lateTo(...)`);
    return new Stream<U>(pull);
  }

  /**
   * Cuts the whole stream into windows, without a key.
   *
   * @example orders.windowAll(FixedWindow.of(hours(1))).top(10, (order) => order.total)
   */
  windowAll(windows: Windows): AllWindowedStream<T> {
    return new AllWindowedStream<T>(this.pull, () => 0, false, windows);
  }

  /**
   * Hands every record to all subtasks of what reads it, in one order: rules that all keys are to see.
   *
   * @example cards.connect(limits.broadcast()).process<Limit, number, Alarm>({ rules: ..., onRule: ..., ... })
   */
  broadcast(): BroadcastStream<T> {
    return new BroadcastStream<T>(this.pull);
  }

  /** Sends the records to a sink, such as `Redis.new<T>()`. A stream can have several sinks. */
  sink(sink: Sink<T>): Job {
    const flow = { sink: addEndpoint("sink", sink.base()), pull: this.pull, ...sink.writing() };
    addFlow(flow);
    return new Job(flow.sink);
  }

  /** Names the operator before this: state and `--bind` go by it. */
  name(name: string): this {
    if (this.endpoint) this.endpoint.name = name;
    return this;
  }

  /** How many subtasks run the operator before this. The job's own setting stands unless this is given. */
  parallelism(n: number): this {
    checkParallelism(n);
    return this;
  }
}

/** Records of type T that every subtask of a reader gets: `stream.broadcast()`. */
export class BroadcastStream<in out T> {
  /** @internal */
  readonly pull: Pull;
  /** Says only which records it has. */
  declare private readonly records: (record: T) => T;

  /** @internal */
  constructor(pull: Pull) {
    this.pull = pull;
  }

  /** Names the operator before this. */
  name(name: string): this {
    return this;
  }
}

/** A flow that ends in a sink, ready to be executed. */
export class Job {
  private readonly endpoint: Endpoint;

  /** @internal Jobs come from `stream.sink(...)`. */
  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /** Names the sink. */
  name(name: string): this {
    this.endpoint.name = name;
    return this;
  }

  /** How many subtasks write to the sink. */
  parallelism(n: number): this {
    checkParallelism(n);
    return this;
  }

  /**
   * Declares the dataflow complete. A compiled job runs in the engine after main has returned, so there is nothing to
   * wait for: `await` before this is allowed and means nothing. Under Node it runs the flow on local inputs.
   */
  execute(): Promise<void> {
    return execute();
  }
}
