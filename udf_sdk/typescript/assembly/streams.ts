// Streams as main sees them: each operator adds a node to the graph and answers the stream behind it.
//
// A user's function comes as environment, function and `meta` (INTERNALS.md). Nothing runs here.
import { Sink } from "./sinks";
import { addFlatMap, addFlatMapInto, addMap, addReduce, extractor } from "./functions";
import { addNode, failAt, Node, setExecuted, setJob } from "./graph";
import { typeOf } from "./types";

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
  constructor(private node: Node) {}

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
    return new Stream<U>(addNode(this.node.id, typeOf<U>(), calls("map", number), meta));
  }

  filter(env: usize, fn: (env: usize, value: T) => bool, meta: string): Stream<T> {
    const number = addMap<T, bool>("FILTER", env, fn, meta);
    return new Stream<T>(addNode(this.node.id, typeOf<T>(), calls("filter", number), meta));
  }

  flatMap<U>(env: usize, fn: (env: usize, value: T) => Array<U>, meta: string): Stream<U> {
    const number = addFlatMap<T, U>(env, fn, meta);
    return new Stream<U>(addNode(this.node.id, typeOf<U>(), calls("flatMap", number), meta));
  }

  /** flatMap as the compiler writes it: `fn` hands on each row with `__lf.emit<U>(out, row)`. */
  flatMapInto<U>(env: usize, fn: (env: usize, value: T, out: usize) => void, meta: string): Stream<U> {
    const number = addFlatMapInto<T, U>(env, fn, meta);
    return new Stream<U>(addNode(this.node.id, typeOf<U>(), calls("flatMap", number), meta));
  }

  keyBy<K>(env: usize, fn: (env: usize, value: T) => K, meta: string): KeyedStream<K, T> {
    const key = extractor<T, K>("KEY", env, fn, meta);
    const kind = '"keyBy":{"key":' + key + ',"keyType":' + typeOf<K>() + "}";
    return new KeyedStream<K, T>(addNode(this.node.id, typeOf<T>(), kind, meta));
  }

  sink(sink: Sink<T>, meta: string): Job {
    return new Job(sink.attach(this.node.id, meta));
  }
}

/** Records of type T, those of one key together. */
export class KeyedStream<K, T> {
  constructor(private node: Node) {}

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
    return new Stream<T>(addNode(this.node.id, typeOf<T>(), calls("reduce", number), meta));
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
