// Redis as the user names it: what a sink writes, and the stream that a source reads.
import { failAt, Node } from "./graph";
import { isWhole, Options, Pairs, wholeText } from "./options";
import { Schema } from "./schema";
import { addSink, Column, columnOf, Extracted, parts, Sink, Whole } from "./sinks";
import { checkGroup, Source } from "./sources";

function setPort(options: Options, port: f64, meta: string): void {
  if (!isWhole(port, 1, 65535)) failAt(meta, "a port is a whole number from 1 to 65535");
  options.set("port", wholeText(port));
}

function setDatabase(options: Options, database: f64, meta: string): void {
  if (!isWhole(database, 0, 1000000)) failAt(meta, "a database of Redis is a whole number from 0");
  options.set("database", wholeText(database));
}

/** Upserts a value per key, or what its command says. */
export class Redis<T> extends Sink<T> {
  private options: Options = new Options();
  private columns: Array<Column<T>> = [];
  private command: string = "set";

  static new<T>(): Redis<T> {
    const sink = new Redis<T>();
    sink.options.set("host", "");
    sink.options.set("port", "6379");
    return sink;
  }

  host(name: string): this {
    this.options.set("host", name);
    return this;
  }

  port(number: f64, meta: string = ""): this {
    setPort(this.options, number, meta);
    return this;
  }

  user(name: string): this {
    this.options.set("user", name);
    return this;
  }

  password(reference: string): this {
    this.options.set("password", reference);
    return this;
  }

  database(number: f64, meta: string = ""): this {
    setDatabase(this.options, number, meta);
    return this;
  }

  tls(pairs: Pairs | null = null): this {
    this.options.setTls(pairs);
    return this;
  }

  cluster(): this {
    this.options.set("cluster", "true");
    return this;
  }

  ttl(seconds: f64, meta: string = ""): this {
    if (!isWhole(seconds, 1, 1e12)) failAt(meta, "ttl(seconds) takes a whole number of seconds, 1 or more");
    this.options.set("ttl", wholeText(seconds));
    return this;
  }

  hash(name: string, meta: string = ""): this {
    return this.become("hset", "hash", name, meta);
  }

  sortedSet(name: string, meta: string = ""): this {
    return this.become("zadd", "set", name, meta);
  }

  stream(name: string, meta: string = ""): this {
    return this.become("xadd", "stream", name, meta);
  }

  channel(name: string, meta: string = ""): this {
    return this.become("publish", "channel", name, meta);
  }

  maxLength(entries: f64, meta: string = ""): this {
    if (!isWhole(entries, 1, 1e15)) failAt(meta, "maxLength(entries) takes a whole number, 1 or more");
    this.options.set("maxlen", wholeText(entries));
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  keyExtractor(env: usize, fn: (env: usize, value: T) => string, meta: string): this {
    return this.add<string>("key", env, fn, meta);
  }

  valueExtractor<V>(env: usize, fn: (env: usize, value: T) => V, meta: string): this {
    return this.add<V>("value", env, fn, meta);
  }

  scoreExtractor<N>(env: usize, fn: (env: usize, value: T) => N, meta: string): this {
    return this.add<N>("score", env, fn, meta);
  }

  private become(command: string, option: string, name: string, meta: string): this {
    if (this.command != "set") failAt(meta, "this Redis sink writes something else already: a sink has one of hash, sortedSet, stream and channel");
    if (!name.length) failAt(meta, "the name is empty");
    this.command = command;
    this.options.set("command", command);
    this.options.set(option, name);
    return this;
  }

  private add<U>(name: string, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    if (columnOf<T>(this.columns, name)) failAt(meta, "this Redis sink has a " + name + "Extractor already");
    this.columns.push(new Extracted<T, U>(name, env, fn, meta));
    return this;
  }

  attach(input: i32, meta: string): Node {
    if (!this.options.get("host").length) failAt(meta, "this Redis sink has no host: add .host(name) to it");
    this.checkMeant("scoreExtractor", columnOf<T>(this.columns, "score") !== null, "zadd", "sortedSet", meta);
    this.checkMeant("maxLength", this.options.get("maxlen").length > 0, "xadd", "stream", meta);
    const columns = this.written(meta);
    const isUpsert = this.command != "xadd" && this.command != "publish";
    return addSink<T>(input, "redis", this.options, columns, isUpsert ? [columns[0].written] : [], meta);
  }

  /** What is said must mean something for what the sink writes. */
  private checkMeant(said: string, isSaid: bool, command: string, method: string, meta: string): void {
    if (!isSaid || this.command == command) return;
    failAt(meta, said + " is for a " + method + ": add ." + method + "(name), or leave it out");
  }

  private written(meta: string): Array<Column<T>> {
    const columns: Array<Column<T>> = [];
    if (this.command == "publish") {
      const value = columnOf<T>(this.columns, "value");
      columns.push(value ? value : new Whole<T>("value"));
      return columns;
    }
    if (this.command == "xadd" && !this.columns.length) return parts<T>();
    if (this.command == "xadd") return this.columns;
    const isSorted = this.command == "zadd";
    columns.push(this.need("key", meta));
    columns.push(this.need(isSorted ? "score" : "value", meta));
    columns[0].alias = isSorted ? "member" : "";
    return columns;
  }

  private need(name: string, meta: string): Column<T> {
    const column = columnOf<T>(this.columns, name);
    if (!column) failAt(meta, "this Redis sink has no " + name + ": add ." + name + "Extractor(record => ...) to it");
    return column!;
  }
}

export class RedisStreamSource<T> extends Source<T> {}

export class RedisStreamBuilder {
  private options: Options = new Options();
  private policy: string = "";

  host(name: string): this {
    this.options.set("host", name);
    return this;
  }

  port(number: f64, meta: string = ""): this {
    setPort(this.options, number, meta);
    return this;
  }

  user(name: string): this {
    this.options.set("user", name);
    return this;
  }

  password(reference: string): this {
    this.options.set("password", reference);
    return this;
  }

  database(number: f64, meta: string = ""): this {
    setDatabase(this.options, number, meta);
    return this;
  }

  tls(pairs: Pairs | null = null): this {
    this.options.setTls(pairs);
    return this;
  }

  cluster(): this {
    this.options.set("cluster", "true");
    return this;
  }

  stream(name: string, _meta: string = ""): this {
    this.options.set("stream", name);
    return this;
  }

  group(name: string): this {
    this.options.set("group", name);
    return this;
  }

  consumer(name: string): this {
    this.options.set("consumer", name);
    return this;
  }

  startFrom(position: string): this {
    this.options.set("start", position);
    return this;
  }

  startAfter(id: string): this {
    this.options.set("start", id);
    return this;
  }

  field(name: string): this {
    this.options.set("field", name);
    return this;
  }

  bounded(): this {
    this.options.set("end", "latest");
    return this;
  }

  badRecords(policy: string): this {
    this.policy = policy;
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  build<T>(schema: Schema | null = null, meta: string = ""): RedisStreamSource<T> {
    if (!this.options.get("host").length) failAt(meta, "this Redis source has no host: add .host(name) to it");
    if (!this.options.get("stream").length) failAt(meta, "this Redis source has no stream: add .stream(name) to it");
    checkGroup(this.options, meta);
    const source = new RedisStreamSource<T>("redis-stream", this.options.copy());
    source.decodedBy(schema);
    source.setPolicy(this.policy);
    return source;
  }
}

export class RedisStream {
  static builder(): RedisStreamBuilder {
    return new RedisStreamBuilder();
  }
}
