// Redis: keys, hashes, sorted sets, streams and channels written; streams read.
import type { BadRecordPolicy, TlsOptions } from "./options.ts";
import type { Schema } from "./schema.ts";
import { Sink, column, whole, writingFields, writingOf } from "./sinks.ts";
import type { Writing } from "./sinks.ts";
import { Source } from "./sources.ts";

/** What a Redis sink does with a record. */
type Command = "set" | "hset" | "zadd" | "xadd" | "publish";

/**
 * Writes into Redis: one value per key (a later one replaces the earlier), or what `hash`, `sortedSet`, `stream` or
 * `channel` say.
 */
export class Redis<in out T> extends Sink<T> {
  private command: Command = "set";
  private streamName: string = "";
  private key: ((record: T) => string) | undefined;
  private value: ((record: T) => string | null | undefined) | undefined;
  private score: ((record: T) => number | null | undefined) | undefined;

  private constructor() {
    super();
  }

  /** Starts the description of a sink for records of type T. */
  static new<T>(): Redis<T> {
    return new Redis<T>();
  }

  /** The server's host name. */
  host(name: string): this {
    return this;
  }

  /** The server's port; 6379 unless told. */
  port(number: number): this {
    return this;
  }

  /** The user to sign in as, where the server has users. */
  user(name: string): this {
    return this;
  }

  /** The password, as `Secret.env("REDIS_PASSWORD")`: one written here stands in the module for everyone to read. */
  password(reference: string): this {
    return this;
  }

  /** The number of the database; 0 unless told. */
  database(number: number): this {
    return this;
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this;
  }

  /** The host is a node of a cluster. */
  cluster(): this {
    return this;
  }

  /** Keys end after this many seconds. */
  ttl(seconds: number): this {
    return this;
  }

  /** Writes fields of this hash: the key is the field. */
  hash(name: string): this {
    this.command = "hset";
    return this;
  }

  /** Writes members of this sorted set: the key is the member, `scoreExtractor` its score. */
  sortedSet(name: string): this {
    this.command = "zadd";
    return this;
  }

  /** Adds an entry to this stream for each record, with the record's fields; or with key and value, if they are told. */
  stream(name: string): this {
    this.command = "xadd";
    this.streamName = name;
    return this;
  }

  /** Keeps about this many entries in the stream. */
  maxLength(entries: number): this {
    return this;
  }

  /** Publishes to this channel: the value, or the whole record as JSON. */
  channel(name: string): this {
    this.command = "publish";
    return this;
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this;
  }

  /** The key under which a record is stored. */
  keyExtractor(extract: (record: T) => string): this {
    this.key = extract;
    return this;
  }

  /** The text that is stored; null deletes the key. */
  valueExtractor<V extends string | null | undefined>(extract: (record: T) => V): this {
    this.value = extract;
    return this;
  }

  /** The number by which a sorted set is sorted; null removes the member. */
  scoreExtractor<N extends number | null | undefined>(extract: (record: T) => N): this {
    this.score = extract;
    return this;
  }

  /** @internal */
  base(): string {
    return this.streamName || "redis";
  }

  /** @internal */
  writing(): Writing {
    const { key, value, score, command } = this;
    const keys = key ? [column("key", key)] : [];
    const values = value ? [column("value", value)] : [];
    if (command === "publish") return writingOf(value ? values : [whole("value")]);
    if (command === "xadd") return key || value ? writingOf([...keys, ...values]) : writingFields();
    if (!key) throw new Error("this Redis sink has no key: add .keyExtractor(record => ...) to it");
    if (command === "zadd") {
      if (!score) throw new Error("this Redis sink has no score: add .scoreExtractor(record => ...) to it");
      return writingOf([column("member", key), column("score", score)], ["member"]);
    }
    if (!value) throw new Error("this Redis sink has no value: add .valueExtractor(record => ...) to it");
    return writingOf([...keys, ...values], ["key"]);
  }
}

/** Entries of a Redis stream. */
export class RedisStreamSource<in out T> extends Source<T> {}

/** Describes a source of a Redis stream step by step; ends with `build<T>()`. */
export class RedisStreamBuilder {
  private streamName: string = "redis-stream";

  /** The server's host name. */
  host(name: string): this {
    return this;
  }

  /** The server's port; 6379 unless told. */
  port(number: number): this {
    return this;
  }

  /** The user to sign in as, where the server has users. */
  user(name: string): this {
    return this;
  }

  /** The password, as `Secret.env("REDIS_PASSWORD")`: one written here stands in the module for everyone to read. */
  password(reference: string): this {
    return this;
  }

  /** The number of the database; 0 unless told. */
  database(number: number): this {
    return this;
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this;
  }

  /** The host is a node of a cluster. */
  cluster(): this {
    return this;
  }

  /** The stream to read. It is also the source's name. */
  stream(name: string): this {
    this.streamName = name;
    return this;
  }

  /** The consumer group. */
  group(name: string): this {
    return this;
  }

  /** The job's name within the group. */
  consumer(name: string): this {
    return this;
  }

  /** Where reading starts: at the oldest entry, behind the newest, or where the group left off. */
  startFrom(position: "earliest" | "latest" | "group"): this {
    return this;
  }

  /** Starts behind the entry of this id, such as "1700000000000-0". */
  startAfter(id: string): this {
    return this;
  }

  /** The field of an entry that holds a whole record, JSON unless a Schema says otherwise; without it the fields are the record's. */
  field(name: string): this {
    return this;
  }

  /** Ends when everything has been read that was there at the start. */
  bounded(): this {
    return this;
  }

  /** What becomes of an entry that cannot be read as a record; "dead-letter" unless told. */
  badRecords(policy: BadRecordPolicy): this {
    return this;
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this;
  }

  /**
   * The source of records of type T.
   *
   * @example RedisStream.builder().host("localhost").stream("orders").build<Order>()
   */
  build<T>(schema?: Schema): RedisStreamSource<T> {
    return new RedisStreamSource<T>(this.streamName);
  }
}

/** Redis streams. */
export class RedisStream {
  private constructor() {}

  /** Starts the description of a source. */
  static builder(): RedisStreamBuilder {
    return new RedisStreamBuilder();
  }
}
