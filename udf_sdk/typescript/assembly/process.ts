// Process functions on their way into the graph, and how each calls the user's: over one stream, over two, over one with rules that
// all keys see, and `deduplicate`.
//
// N is what the user's functions answer: the state, or null for a key that is forgotten.
import { ARRAY_BUFFERS } from "./abi";
import { Some } from "./boxes";
import { addFunction, addNode, isTimed, needTime } from "./graph";
import { Layout, layoutOf } from "./layout";
import { Ports, SideOutput } from "./ports";
import { NEVER, ProcessContext } from "./process_context";
import { ProcessOp, ProcessRun } from "./process_run";
import { stateLayout } from "./process_states";
import { bind, isNullAt, readRow } from "./reader";
import { Stream } from "./streams";
import { optionalSpan, spanMember } from "./time";
import { typeOf } from "./types";
import { addUserAggregate } from "./windows";

/** Takes what a user's function answered; answers whether the key is kept. */
function taken<K, S, R, N>(run: ProcessRun<K, S, R>, answer: N): bool {
  if (changetype<usize>(answer) == 0) return false;
  if (isReference<S>()) run.next = changetype<S>(answer);
  else run.next = changetype<Some<S>>(answer).value;
  return true;
}

/** What is said of a process function beside its functions. */
export class ProcessOptions<T> {
  constructor(
    public inOrder: bool,
    private lateTo: SideOutput<T> | null,
    private lateness: Some<f64> | null,
    private ttl: Some<f64> | null,
    public setsTimers: bool,
    public setsProcessingTimers: bool,
    private meta: string,
  ) {}

  get ttlMs(): i64 {
    const ttl = this.ttl;
    return ttl === null ? 0 : <i64>ttl.value;
  }

  get lateName(): string {
    const tag = this.lateTo;
    return tag === null ? "" : tag.name;
  }

  toJson(): string {
    const meta = this.meta;
    const lateTo = this.lateTo;
    const ttl = this.ttl;
    let out = optionalSpan("allowedLatenessMs", "the allowed lateness", this.lateness, meta);
    if (ttl !== null) out += spanMember("ttlMs", "ttl", ttl.value, 1, meta);
    if (this.inOrder) out += ',"inOrder":true';
    if (lateTo !== null) out += ',"late":' + lateTo.toJson();
    if (this.setsTimers) out += ',"setsTimers":true';
    return this.setsProcessingTimers ? out + ',"setsProcessingTimers":true' : out;
  }
}

/** Adds the operator. `rules`: the number of the function that folds them, -1 where there are none. */
export function addProcess<K, T, S, R>(edges: string, operation: ProcessOp<K, S, R>, options: ProcessOptions<T>, rules: i32, meta: string): Stream<R> {
  needTime();
  const number = addFunction("PROCESS", typeOf<T>(), typeOf<R>(), meta, operation);
  const head = '"process":{"function":' + number.toString() + ',"state":' + typeOf<S>();
  const tail = options.toJson() + (rules >= 0 ? ',"rules":' + rules.toString() + "}" : "}");
  const node = addNode(edges, typeOf<R>(), head + tail, meta);
  operation.isTimed = isTimed(edges);
  operation.ports = new Ports(options.lateName, head, tail);
  node.ports = operation.ports;
  return new Stream<R>(node);
}

/** `process` of a keyed stream, and of two: then `second` is what the other one's records go to. */
@final
export class UserProcess<K, T, U, S, R, N> extends ProcessOp<K, S, R> {
  constructor(
    options: ProcessOptions<T>,
    private stateEnv: usize,
    private stateFn: (env: usize) => S,
    private firstEnv: usize,
    private firstFn: (env: usize, state: S, value: T, context: ProcessContext<K, R>) => N,
    private secondEnv: usize,
    private secondFn: ((env: usize, state: S, value: U, context: ProcessContext<K, R>) => N) | null,
    private timerEnv: usize,
    private timerFn: ((env: usize, state: S, time: f64, context: ProcessContext<K, R>) => N) | null,
    private processingEnv: usize,
    private processingFn: ((env: usize, state: S, time: f64, context: ProcessContext<K, R>) => N) | null,
  ) {
    super(options.inOrder, options.ttlMs, stateLayout<S>(), layoutOf(typeOf<R>()));
  }

  create(): S {
    return this.stateFn(this.stateEnv);
  }

  onRow(run: ProcessRun<K, S, R>, state: S, side: i32, row: i32): bool {
    const second = this.secondFn;
    if (side && second) return taken<K, S, R, N>(run, second(this.secondEnv, state, readRow<U>(run.second, row), run.context));
    return taken<K, S, R, N>(run, this.firstFn(this.firstEnv, state, readRow<T>(run.first, row), run.context));
  }

  onTimer(run: ProcessRun<K, S, R>, state: S, time: f64): bool {
    const fn = this.timerFn;
    return fn ? taken<K, S, R, N>(run, fn(this.timerEnv, state, time, run.context)) : super.onTimer(run, state, time);
  }

  onProcessingTimer(run: ProcessRun<K, S, R>, state: S, time: f64): bool {
    const fn = this.processingFn;
    return fn ? taken<K, S, R, N>(run, fn(this.processingEnv, state, time, run.context)) : super.onProcessingTimer(run, state, time);
  }
}

/** Two keyed streams that meet in one operator. */
export class ConnectedStreams<K, T, U> {
  constructor(
    private first: string,
    private second: string,
  ) {}

  process<S, R, N>(
    stateEnv: usize,
    stateFn: (env: usize) => S,
    _stateMeta: string,
    firstEnv: usize,
    firstFn: (env: usize, state: S, value: T, context: ProcessContext<K, R>) => N,
    _firstMeta: string,
    secondEnv: usize,
    secondFn: (env: usize, state: S, value: U, context: ProcessContext<K, R>) => N,
    _secondMeta: string,
    timerEnv: usize,
    timerFn: ((env: usize, state: S, time: f64, context: ProcessContext<K, R>) => N) | null,
    _timerMeta: string,
    processingEnv: usize,
    processingFn: ((env: usize, state: S, time: f64, context: ProcessContext<K, R>) => N) | null,
    _processingMeta: string,
    inOrder: Some<bool> | null,
    ttl: Some<f64> | null,
    setsTimers: bool,
    setsProcessingTimers: bool,
    meta: string,
  ): Stream<R> {
    const options = new ProcessOptions<T>(isTrue(inOrder), null, null, ttl, setsTimers, setsProcessingTimers, meta);
    const operation = new UserProcess<K, T, U, S, R, N>(
      options, stateEnv, stateFn, firstEnv, firstFn, secondEnv, secondFn, timerEnv, timerFn, processingEnv, processingFn,
    );
    return addProcess<K, T, S, R>(this.first + "," + this.second, operation, options, -1, meta);
  }
}

export function isTrue(option: Some<bool> | null): bool {
  return option === null ? false : option.value;
}

/** `process` with rules: B is what has become of the second stream, which every key sees. */
@final
class RulesProcess<K, T, B, S, R, N> extends ProcessOp<K, S, R> {
  constructor(
    options: ProcessOptions<T>,
    private rulesEnv: usize,
    private rulesFn: (env: usize) => B,
    private stateEnv: usize,
    private stateFn: (env: usize) => S,
    private rowEnv: usize,
    private rowFn: (env: usize, state: S, value: T, rules: B, context: ProcessContext<K, R>) => N,
    private timerEnv: usize,
    private timerFn: ((env: usize, state: S, time: f64, rules: B, context: ProcessContext<K, R>) => N) | null,
  ) {
    super(options.inOrder, options.ttlMs, stateLayout<S>(), layoutOf(typeOf<R>()));
  }

  create(): S {
    return this.stateFn(this.stateEnv);
  }

  onRow(run: ProcessRun<K, S, R>, state: S, _side: i32, row: i32): bool {
    return taken<K, S, R, N>(run, this.rowFn(this.rowEnv, state, readRow<T>(run.first, row), this.rules(run), run.context));
  }

  onTimer(run: ProcessRun<K, S, R>, state: S, time: f64): bool {
    const fn = this.timerFn;
    return fn ? taken<K, S, R, N>(run, fn(this.timerEnv, state, time, this.rules(run), run.context)) : super.onTimer(run, state, time);
  }

  /** The rules as they are in this call. */
  private rules(run: ProcessRun<K, S, R>): B {
    if (!run.readRules) {
      const batch = run.rules;
      const isThere = batch != 0 && !isNullAt(load<u32>(load<u32>(batch, ARRAY_BUFFERS)), 0);
      run.readRules = changetype<usize>(new Some<B>(isThere ? readRow<B>(bind(batch), 0) : this.rulesFn(this.rulesEnv)));
    }
    return changetype<Some<B>>(run.readRules).value;
  }
}

/** A keyed stream with a broadcast that all its keys see. */
export class RuledStream<K, T, U> {
  constructor(
    private first: string,
    private second: string,
  ) {}

  process<B, S, R, N>(
    rulesEnv: usize,
    rulesFn: (env: usize) => B,
    _rulesMeta: string,
    stateEnv: usize,
    stateFn: (env: usize) => S,
    _stateMeta: string,
    ruleEnv: usize,
    ruleFn: (env: usize, rules: B, value: U) => B,
    ruleMeta: string,
    rowEnv: usize,
    rowFn: (env: usize, state: S, value: T, rules: B, context: ProcessContext<K, R>) => N,
    _rowMeta: string,
    timerEnv: usize,
    timerFn: ((env: usize, state: S, time: f64, rules: B, context: ProcessContext<K, R>) => N) | null,
    _timerMeta: string,
    inOrder: Some<bool> | null,
    ttl: Some<f64> | null,
    setsTimers: bool,
    setsProcessingTimers: bool,
    meta: string,
  ): Stream<R> {
    const options = new ProcessOptions<T>(isTrue(inOrder), null, null, ttl, setsTimers, setsProcessingTimers, meta);
    const operation = new RulesProcess<K, T, B, S, R, N>(options, rulesEnv, rulesFn, stateEnv, stateFn, rowEnv, rowFn, timerEnv, timerFn);
    const rules = addUserAggregate<U, B>(rulesEnv, rulesFn, ruleEnv, ruleFn, ruleMeta, 0, null);
    return addProcess<K, T, S, R>(this.first + "," + this.second, operation, options, rules, meta);
  }
}

/** Hands on the first record of each key, or what is not older than all before it. Its state says that the key is known. */
@final
export class Deduplicate<K, T> extends ProcessOp<K, bool, T> {
  constructor(
    private keepsLast: bool,
    ttl: i64,
    output: Layout,
  ) {
    super(false, ttl, stateLayout<bool>(), output);
  }

  create(): bool {
    return false;
  }

  onRow(run: ProcessRun<K, bool, T>, state: bool, _side: i32, row: i32): bool {
    const isNewest = this.keepsLast && (run.lastBefore == NEVER || <f64>run.lastBefore <= run.context.time);
    if (!state || isNewest) run.context.emit(readRow<T>(run.first, row));
    run.next = true;
    return true;
  }
}
