// Streams: what a job is built of. Each operator answers the stream behind it; nothing runs before execute().
import type { Sink } from "./sinks.ts";
import { addEndpoint, addFlow, execute } from "./flow.ts";
import type { Endpoint, Pull } from "./flow.ts";
import { crossing, keyText } from "./records.ts";

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
    return new ExecutionContext(job, namespace);
  }
}

/** Whole numbers only, as the engine wants them. */
function checkParallelism(n: number): void {
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

  /** @internal Streams come from `source.createFlow(ctx)`. */
  constructor(pull: Pull, endpoint?: Endpoint) {
    this.pull = pull;
    this.endpoint = endpoint;
  }

  /**
   * One record out for each record in.
   *
   * @example lines.map(line => ({ text: line, length: line.length }))
   */
  map<U>(fn: (value: T) => U): Stream<U> {
    const before = this.pull;
    return new Stream<U>(function* (read) {
      for (const record of before(read)) yield crossing(fn(record as T));
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
      for (const record of before(read)) if (fn(record as T)) yield record;
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
      for (const record of before(read)) for (const out of fn(record as T)) yield crossing(out);
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

/** Records of type T, those of one key of type K together. */
export class KeyedStream<in out K, in out T> {
  private readonly pull: Pull;
  private readonly key: (record: unknown) => K;

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
      for (const record of pull(read)) {
        const k = keyText(crossing(key(record)));
        const state = states.has(k) ? crossing(fn(crossing(states.get(k)) as T, record as T)) : record;
        states.set(k, state);
        yield crossing(state);
      }
    });
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
