// Windows on their way into the graph: what a stream cut into windows can be asked for. Each is a fold with, mostly, a finish.
import { CollectAggregate, CountAggregate, Ranked, Timed, TopAggregate, UserAggregate } from "./aggregates";
import { AggregateOp } from "./aggregates";
import { CollectFinish, CountFinish, FinishOp, TopFinish, WindowFinish } from "./finishes";
import { addReduce, inputOf } from "./functions";
import { addFunction, addNode, failAt, needTime } from "./graph";
import { layoutOf } from "./layout";
import { Ports, SideOutput } from "./ports";
import { Stream } from "./streams";
import { spanMember, Windows } from "./time";
import { typeOf } from "./types";

const MOST_RANKS: f64 = 1000000;

/** What is said of a function that looks at no column of its rows. */
export function readingNothing(meta: string): string {
  return meta + ',"reads":[]';
}

/** Registers an aggregate and answers its number. */
export function addAggregate<T, A>(meta: string, isTimed: bool, operation: AggregateOp<A>): i32 {
  const output = typeOf<A>();
  return addFunction("AGGREGATE", typeOf<T>(), isTimed ? output + ',"times":true' : output, meta, operation);
}

/** Registers what makes results of its states, and answers its number. */
export function addFinish<A, R>(kind: string, meta: string, operation: FinishOp<A>): i32 {
  return addFunction(kind, typeOf<A>(), typeOf<R>(), meta, operation);
}

/** The user's aggregate, as it is registered. */
export function addUserAggregate<T, A>(
  createEnv: usize,
  createFn: (env: usize) => A,
  addEnv: usize,
  addFn: (env: usize, state: A, value: T) => A,
  addMeta: string,
  mergeEnv: usize,
  mergeFn: ((env: usize, left: A, right: A) => A) | null,
): i32 {
  const input = inputOf(typeOf<T>(), addMeta);
  const operation = new UserAggregate<T, A>(input, layoutOf(typeOf<A>()), createEnv, createFn, addEnv, addFn, mergeEnv, mergeFn);
  return addAggregate<T, A>(addMeta, false, operation);
}

/** Records of type T, those of one key and window together. */
export class WindowedStream<K, T> {
  private lateness: string = "";
  private early: string = "";
  private late: string = "";
  private latePort: string = "";

  constructor(
    private edge: string,
    private windows: Windows,
  ) {}

  allowedLateness(ms: f64, meta: string): this {
    this.lateness = spanMember("allowedLatenessMs", "the allowed lateness", ms, 0, meta);
    return this;
  }

  lateTo(tag: SideOutput<T>, meta: string): this {
    if (this.late.length) failAt(meta, "the late records have a side output already: leave one of the two out");
    this.late = tag.name;
    this.latePort = ',"late":' + tag.toJson();
    return this;
  }

  emitEarly(ms: f64, meta: string): this {
    if (this.windows.isSession) failAt(meta, "a session gives its result once, so there is none to emit early: leave emitEarly out, or use a fixed window");
    this.early = spanMember("emitEarlyMs", "the time between early results", ms, 1, meta);
    return this;
  }

  reduce(env: usize, fn: (env: usize, state: T, value: T) => T, fnMeta: string, meta: string): Stream<T> {
    return this.stream<T>(addReduce<T>(env, fn, fnMeta), -1, true, false, meta);
  }

  reduceTo<R, W>(
    env: usize,
    fn: (env: usize, state: T, value: T) => T,
    fnMeta: string,
    finishEnv: usize,
    finishFn: (env: usize, state: T, window: W) => R,
    finishMeta: string,
    meta: string,
  ): Stream<R> {
    const number = addReduce<T>(env, fn, fnMeta);
    const finish = new WindowFinish<T, K, W, R>(layoutOf(typeOf<R>()), finishEnv, finishFn);
    return this.stream<R>(number, addFinish<T, R>("FINISH", finishMeta, finish), true, false, meta);
  }

  aggregate<A, R, W>(
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
    finishFn: (env: usize, state: A, window: W) => R,
    finishMeta: string,
    meta: string,
  ): Stream<R> {
    const merges = mergeFn !== null;
    if (this.windows.joins && !merges) {
      const where = this.windows.isSession ? "sessions" : "panes of sliding windows";
      failAt(meta, "records meet in " + where + ", so the aggregate needs a function that puts two states together: add merge: (a, b) => ..., or use a fixed window");
    }
    const number = addUserAggregate<T, A>(createEnv, createFn, addEnv, addFn, addMeta, mergeEnv, mergeFn);
    const finish = new WindowFinish<A, K, W, R>(layoutOf(typeOf<R>()), finishEnv, finishFn);
    return this.stream<R>(number, addFinish<A, R>("FINISH", finishMeta, finish), merges, false, meta);
  }

  count<R>(meta: string): Stream<R> {
    const reads = readingNothing(meta);
    const number = addAggregate<T, f64>(reads, false, new CountAggregate(inputOf(typeOf<T>(), reads), layoutOf(typeOf<f64>())));
    const finish = addFinish<f64, R>("FINISH", meta, new CountFinish<K, R>(layoutOf(typeOf<R>())));
    return this.stream<R>(number, finish, true, false, meta);
  }

  process<R, W>(env: usize, fn: (env: usize, values: Array<T>, window: W) => Array<R>, fnMeta: string, meta: string): Stream<R> {
    if (this.early.length) failAt(meta, "a window's process is called once, so there is no result to emit early: leave emitEarly out, or use reduce, aggregate, count or top");
    const layout = layoutOf(typeOf<Array<Timed<T>>>());
    const number = addAggregate<T, Array<Timed<T>>>(meta, true, new CollectAggregate<T>(inputOf(typeOf<T>(), ""), layout));
    const finish = new CollectFinish<T, K, W, R>(layoutOf(typeOf<R>()), env, fn);
    return this.stream<R>(number, addFinish<Array<Timed<T>>, R>("FINISH_LIST", fnMeta, finish), true, true, meta);
  }

  top<R>(most: f64, env: usize, fn: (env: usize, value: T) => f64, _fnMeta: string, meta: string): Stream<R> {
    if (!(most >= 1 && most <= MOST_RANKS && most == Math.floor(most))) failAt(meta, "top(n, ...) takes a whole number from 1 to 1,000,000");
    const layout = layoutOf(typeOf<Array<Ranked<T>>>());
    const operation = new TopAggregate<T>(inputOf(typeOf<T>(), ""), layout, <i32>most, env, fn);
    const number = addAggregate<T, Array<Ranked<T>>>(meta, true, operation);
    const finish = addFinish<Array<Ranked<T>>, R>("FINISH_LIST", meta, new TopFinish<T, K, R>(layoutOf(typeOf<R>())));
    return this.stream<R>(number, finish, true, false, meta);
  }

  private stream<R>(number: i32, finish: i32, merges: bool, once: bool, meta: string): Stream<R> {
    needTime();
    let kind = '"window":{' + this.windows.text + ',"function":' + number.toString();
    if (finish >= 0) kind += ',"finish":' + finish.toString();
    if (merges) kind += ',"merges":true';
    if (once || this.windows.isSession) kind += ',"firesOnce":true';
    const node = addNode(this.edge, typeOf<R>(), kind + this.lateness + this.latePort + this.early + "}", meta);
    node.ports = new Ports(this.late);
    return new Stream<R>(node);
  }
}

/** The same without a key: all records have one. */
export class AllWindowedStream<T> extends WindowedStream<bool, T> {}
