// Kafka topics, read and written.
import type { BadRecordPolicy, TlsOptions } from "./options.ts";
import type { Schema } from "./schema.ts";
import { Sink, column, whole, writingOf } from "./sinks.ts";
import type { Column, Writing } from "./sinks.ts";
import { Source } from "./sources.ts";

/** Who the job is to the brokers. */
export interface SaslOptions {
  mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  user: string;
  /** `Secret.env("KAFKA_PASSWORD")`: a password written here stands in the module for everyone to read. */
  password: string;
}

/** A header of a message. */
export interface Header {
  name: string;
  value: string | null;
}

/** A message around its value. */
export interface KafkaMessage<T> {
  key: string | null;
  value: T;
  /** Milliseconds since 1970. */
  timestamp: number;
  partition: number;
  offset: bigint;
  topic: string;
  headers: Header[];
}

/** What a message type of your own may have: any of the fields of KafkaMessage, and no others. */
export interface MessageFields {
  key?: string | null;
  value?: unknown;
  timestamp?: number | bigint | null;
  partition?: number | bigint | null;
  offset?: number | bigint | null;
  topic?: string | null;
  headers?: { name: string; value: string | null }[] | null;
}

/** Messages of a Kafka topic. */
export class KafkaSource<in out T> extends Source<T> {}

/** Describes a Kafka source step by step; ends with `build<T>()` or `buildMessages<KafkaMessage<T>>()`. */
export class KafkaBuilder {
  private topicName: string = "kafka";

  /** Addresses of brokers, as "host:port". */
  brokers(addresses: string[]): this {
    return this;
  }

  /** The topic to read. It is also the source's name: `lightflus run job.ts --bind topic=file:lines.txt`. */
  topic(name: string): this {
    this.topicName = name;
    return this;
  }

  /** The consumer group: how far the job has read is committed under this name. */
  group(name: string): this {
    return this;
  }

  /**
   * Where reading starts: at the oldest message, behind the newest, or where the group left off. Unless told, a job
   * without keyed state goes on where the group left off, and one with keyed state reads from the beginning.
   */
  startFrom(position: "earliest" | "latest" | "group"): this {
    return this;
  }

  /** Starts at the first message of this time or later: ISO 8601 text, or milliseconds since 1970. */
  startAt(time: string | number): this {
    return this;
  }

  /**
   * Starts at these offsets, by partition; other partitions start at their beginning.
   *
   * @example Kafka.builder().startAtOffsets({ 0: 12, 1: 40 })
   */
  startAtOffsets(offsets: Readonly<Record<number, number | bigint>>): this {
    return this;
  }

  /** Ends when everything has been read that was there at the start. */
  bounded(): this {
    return this;
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this;
  }

  /** Signs in with a user and a password. */
  sasl(options: SaslOptions): this {
    return this;
  }

  /** What becomes of a message that cannot be read as a record; "dead-letter" unless told. */
  badRecords(policy: BadRecordPolicy): this {
    return this;
  }

  /** A setting of librdkafka, such as ("fetch.min.bytes", 65536), that this API has no word for. */
  property(name: string, value: string | number | boolean): this {
    return this;
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this;
  }

  /**
   * The source of records of type T.
   *
   * @param schema how messages are decoded; by the type unless told: text for `string`, JSON for an object
   * @param typeName the type's name, such as `typeof ""`; for people who read the job, the compiler goes by T
   * @example Kafka.builder().brokers(["localhost:9092"]).topic("lines").group("counts").build<string>()
   */
  build<T>(schema?: Schema, typeName?: string): KafkaSource<T> {
    return new KafkaSource<T>(this.topicName);
  }

  /**
   * The source of whole messages: key, time, place and headers around the value.
   *
   * @param schema how the value is decoded
   * @example Kafka.builder().brokers(["localhost:9092"]).topic("orders").buildMessages<KafkaMessage<Order>>()
   */
  buildMessages<M extends MessageFields>(schema?: Schema): KafkaSource<M> {
    const topic = this.topicName;
    return new KafkaSource<M>(topic, (given, index) => message(given, index, topic));
  }
}

/** A message of which Node was given some fields. */
function message(given: unknown, index: number, topic: string): object {
  if (typeof given !== "object" || given === null)
    throw new TypeError("a source of messages is given objects with a field 'value': { key: \"a\", value: ... }");
  return { key: null, timestamp: 0, partition: 0, offset: BigInt(index), topic, headers: [], ...given };
}

/** Writes messages into a Kafka topic. Without a valueExtractor the whole record is the value, as JSON. */
export class KafkaSink<in out T> extends Sink<T> {
  private topicName: string = "";
  private readonly columns = new Map<string, Column>();

  /** @internal Made by `Kafka.sink<T>()`. */
  constructor() {
    super();
  }

  /** Addresses of brokers, as "host:port". */
  brokers(addresses: string[]): this {
    return this;
  }

  /** The topic to write. It is also the sink's name: `--bind topic=stdout:`. */
  topic(name: string): this {
    this.topicName = name;
    return this;
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this;
  }

  /** Signs in with a user and a password. */
  sasl(options: SaslOptions): this {
    return this;
  }

  /** How batches of messages are compressed. */
  compression(codec: "none" | "gzip" | "snappy" | "lz4" | "zstd"): this {
    return this;
  }

  /** How values are encoded; text as it is and everything else as JSON unless told. */
  format(schema: Schema): this {
    return this;
  }

  /** A setting of librdkafka, such as ("linger.ms", 50), that this API has no word for. */
  property(name: string, value: string | number | boolean): this {
    return this;
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this;
  }

  /** The message's key: messages of one key go to one partition. Without it, or null, they are spread. */
  keyExtractor<K extends string | null | undefined>(extract: (record: T) => K): this {
    this.columns.set("key", column("key", extract));
    return this;
  }

  /** The message's value: text is written as it is, anything else in the sink's format. */
  valueExtractor<V>(extract: (record: T) => V): this {
    this.columns.set("value", column("value", extract));
    return this;
  }

  /** The message's time, in milliseconds since 1970; the time of writing unless told. */
  timestampExtractor<N extends number | bigint>(extract: (record: T) => N): this {
    this.columns.set("timestamp", column("timestamp", extract));
    return this;
  }

  /** The message's headers. */
  headersExtractor(extract: (record: T) => Header[]): this {
    this.columns.set("headers", column("headers", extract));
    return this;
  }

  /** @internal */
  base(): string {
    return this.topicName || "kafka";
  }

  /** @internal */
  writing(): Writing {
    if (!this.topicName) throw new Error("this Kafka sink has no topic: add .topic(name) to it");
    const columns = new Map([["value", whole("value")], ...this.columns]);
    return writingOf(["key", "value", "timestamp", "headers"].flatMap((name) => columns.get(name) ?? []));
  }
}

/** Kafka topics. */
export class Kafka {
  private constructor() {}

  /** Starts the description of a source. */
  static builder(): KafkaBuilder {
    return new KafkaBuilder();
  }

  /**
   * Starts the description of a sink for records of type T.
   *
   * @example Kafka.sink<Order>().brokers(["localhost:9092"]).topic("paid").keyExtractor((o) => o.customer)
   */
  static sink<T>(): KafkaSink<T> {
    return new KafkaSink<T>();
  }
}
