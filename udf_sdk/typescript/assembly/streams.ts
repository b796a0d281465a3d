// Streams as main sees them: each operator adds a node to the graph and answers the stream behind it.
//
// A user's function comes as environment, function and `meta` (INTERNALS.md). Nothing runs here.
import { Some } from "./boxes";
import { KeyFinish } from "./finishes";
import { Sink } from "./sinks";
import { addFlatMap, addFlatMapInto, addMap, addReduce, extractor } from "./functions";
import { addNode, failAt, needTime, Node, setExecuted, setJob, sideOf } from "./graph";
import { layoutOf } from "./layout";
import { SideOutput } from "./ports";
import { addProcess, ConnectedStreams, Deduplicate, isTrue, ProcessOptions, RuledStream, UserProcess } from "./process";
import { ProcessContext } from "./process_context";
import { addTimestamps, Windows } from "./time";
import { typeOf } from "./types";
import { addFinish, addUserAggregate, AllWindowedStream, readingNothing, WindowedStream } from "./windows";

const MAX_PARALLELISM: f64 = 32767;

export class ExecutionContext {
  static new(job: string, namespace: string = "default"): ExecutionContext {
    setJob(job, namespace);
    return new ExecutionContext();
  }
}

function setName(node: Node, name: string): void {
  node.name = name;
}

function setParallelism(node: Node, n: f64): void {
  if (!(n >= 1 && n <= MAX_PARALLELISM && n == Math.floor(n))) {
    failAt('"position":' + node.position, "parallelism(n) takes a whole number from 1 to 32767");
  }
  node.parallelism = <i32>n;
}

/** Records of type T. */
export class Stream<T> {
  constructor(public node: Node) {}

  name(name: string): Stream<T> {
    setName(this.node, name);
    return this;
  }

  parallelism(n: f64): Stream<T> {
    setParallelism(this.node, n);
    return this;
  }

  map<U>(env: usize, fn: (env: usize, value: T) => U, meta: string): Stream<U> {
    const number = addMap<T, U>("MAP", env, fn, meta);
    return new Stream<U>(addNode(this.node.edge, typeOf<U>(), calls("map", number), meta));
  }

  filter(env: usize, fn: (env: usize, value: T) => bool, meta: string): Stream<T> {
    const number = addMap<T, bool>("FILTER", env, fn, meta);
    return new Stream<T>(addNode(this.node.edge, typeOf<T>(), calls("filter", number), meta));
  }

  flatMap<U>(env: usize, fn: (env: usize, value: T) => Array<U>, meta: string): Stream<U> {
    const number = addFlatMap<T, U>(env, fn, meta);
    return new Stream<U>(addNode(this.node.edge, typeOf<U>(), calls("flatMap", number), meta));
  }

  /** flatMap as the compiler writes it: `fn` hands on each row with `__lf.emit<U>(out, row)`. */
  flatMapInto<U>(env: usize, fn: (env: usize, value: T, out: usize) => void, meta: string): Stream<U> {
    const number = addFlatMapInto<T, U>(env, fn, meta);
    return new Stream<U>(addNode(this.node.edge, typeOf<U>(), calls("flatMap", number), meta));
  }

  keyBy<K>(env: usize, fn: (env: usize, value: T) => K, meta: string): KeyedStream<K, T> {
    const key = extractor<T, K>("KEY", env, fn, meta);
    const kind = '"keyBy":{"key":' + key + ',"keyType":' + typeOf<K>() + "}";
    return new KeyedStream<K, T>(addNode(this.node.edge, typeOf<T>(), kind, meta));
  }

  withTimestamps(outOfOrder: Some<f64> | null, idleAfter: Some<f64> | null, maxDrift: Some<f64> | null, meta: string): Stream<T> {
    return new Stream<T>(addTimestamps(this.node.edge, typeOf<T>(), "", outOfOrder, idleAfter, maxDrift, meta));
  }

  /** The same where the program gives a function for the time. */
  withTimesOf(env: usize, fn: (env: usize, value: T) => f64, fnMeta: string, outOfOrder: Some<f64> | null, idleAfter: Some<f64> | null, maxDrift: Some<f64> | null, meta: string): Stream<T> {
    const time = extractor<T, f64>("TIMESTAMP", env, fn, fnMeta);
    return new Stream<T>(addTimestamps(this.node.edge, typeOf<T>(), time, outOfOrder, idleAfter, maxDrift, meta));
  }

  union(others: Array<Stream<T>>, meta: string): Stream<T> {
    let edges = this.node.edge;
    for (let i = 0; i < others.length; i++) edges += "," + others[i].node.edge;
    needTime();
    return new Stream<T>(addNode(edges, typeOf<T>(), '"union":{}', meta));
  }

  sideOutput<U>(tag: SideOutput<U>, meta: string): Stream<U> {
    const ports = this.node.ports;
    if (ports === null) failAt(meta, "the operator just before this has no side outputs: read them directly behind a window or a process(...)");
    ports!.open<U>(this.node, tag, meta);
    return new Stream<U>(sideOf(this.node, tag.name));
  }

  broadcast(meta: string): BroadcastStream<T> {
    needTime();
    return new BroadcastStream<T>(addNode(this.node.edge, typeOf<T>(), '"broadcast":{}', meta));
  }

  windowAll(windows: Windows, meta: string): AllWindowedStream<T> {
    const all = (_env: usize, _value: T): bool => true;
    const key = addMap<T, bool>("KEY", 0, all, readingNothing(meta));
    const kind = '"keyBy":{"key":{"function":' + key.toString() + '},"keyType":' + typeOf<bool>() + "}";
    return new AllWindowedStream<T>(addNode(this.node.edge, typeOf<T>(), kind, meta).edge, windows);
  }

  sink(sink: Sink<T>, meta: string): Job {
    return new Job(sink.attach(this.node.edge, meta));
  }
}

/** Records of type T, those of one key together. */
export class KeyedStream<K, T> {
  constructor(public node: Node) {}

  name(name: string): KeyedStream<K, T> {
    setName(this.node, name);
    return this;
  }

  parallelism(n: f64): KeyedStream<K, T> {
    setParallelism(this.node, n);
    return this;
  }

  reduce(env: usize, fn: (env: usize, state: T, value: T) => T, meta: string): Stream<T> {
    const number = addReduce<T>(env, fn, meta);
    return new Stream<T>(addNode(this.node.edge, typeOf<T>(), calls("reduce", number), meta));
  }

  window(windows: Windows, _meta: string): WindowedStream<K, T> {
    return new WindowedStream<K, T>(this.node.edge, windows);
  }

  aggregate<A, R>(
    createEnv: usize,
    createFn: (env: usize) => A,
    _createMeta: string,
    addEnv: usize,
    addFn: (env: usize, state: A, value: T) => A,
    addMeta: string,
    mergeEnv: usize,
    mergeFn: ((env: usize, left: A, right: A) => A) | null,
    _mergeMeta: string,
    finishEnv: usize,
    finishFn: (env: usize, state: A, key: K) => R,
    finishMeta: string,
    meta: string,
  ): Stream<R> {
    needTime();
    const number = addUserAggregate<T, A>(createEnv, createFn, addEnv, addFn, addMeta, mergeEnv, mergeFn);
    const finish = addFinish<A, R>("FINISH", finishMeta, new KeyFinish<A, K, R>(layoutOf(typeOf<R>()), finishEnv, finishFn));
    const kind = '"aggregate":{"function":' + number.toString() + ',"finish":' + finish.toString() + "}";
    return new Stream<R>(addNode(this.node.edge, typeOf<R>(), kind, meta));
  }

  deduplicate(keep: string | null, ttl: Some<f64> | null, meta: string): Stream<T> {
    const options = new ProcessOptions<T>(false, null, null, ttl, false, false, meta);
    const operation = new Deduplicate<K, T>(keep == "last", options.ttlMs, layoutOf(typeOf<T>()));
    return addProcess<K, T, bool, T>(this.node.edge, operation, options, -1, meta);
  }

  process<S, R, N>(
    stateEnv: usize,
    stateFn: (env: usize) => S,
    _stateMeta: string,
    rowEnv: usize,
    rowFn: (env: usize, state: S, value: T, context: ProcessContext<K, R>) => N,
    _rowMeta: string,
    timerEnv: usize,
    timerFn: ((env: usize, state: S, time: f64, context: ProcessContext<K, R>) => N) | null,
    _timerMeta: string,
    processingEnv: usize,
    processingFn: ((env: usize, state: S, time: f64, context: ProcessContext<K, R>) => N) | null,
    _processingMeta: string,
    inOrder: Some<bool> | null,
    lateTo: SideOutput<T> | null,
    allowedLateness: Some<f64> | null,
    ttl: Some<f64> | null,
    setsTimers: bool,
    setsProcessingTimers: bool,
    meta: string,
  ): Stream<R> {
    const options = new ProcessOptions<T>(isTrue(inOrder), lateTo, allowedLateness, ttl, setsTimers, setsProcessingTimers, meta);
    const operation = new UserProcess<K, T, T, S, R, N>(
      options, stateEnv, stateFn, rowEnv, rowFn, 0, null, timerEnv, timerFn, processingEnv, processingFn,
    );
    return addProcess<K, T, S, R>(this.node.edge, operation, options, -1, meta);
  }

  connect<U>(other: KeyedStream<K, U>, _meta: string): ConnectedStreams<K, T, U> {
    return new ConnectedStreams<K, T, U>(this.node.edge, other.node.edge);
  }

  connectRules<U>(rules: BroadcastStream<U>, _meta: string): RuledStream<K, T, U> {
    return new RuledStream<K, T, U>(this.node.edge, rules.node.edge);
  }
}

/** Records of type T that every subtask of a reader gets, all in one order. */
export class BroadcastStream<T> {
  constructor(public node: Node) {}

  name(name: string): BroadcastStream<T> {
    setName(this.node, name);
    return this;
  }
}

/** A flow that ends in a sink. */
export class Job {
  constructor(private node: Node) {}

  name(name: string): Job {
    setName(this.node, name);
    return this;
  }

  parallelism(n: f64): Job {
    setParallelism(this.node, n);
    return this;
  }

  execute(): void {
    setExecuted();
  }
}

function calls(kind: string, number: i32): string {
  return '"' + kind + '":{"function":' + number.toString() + "}";
}
