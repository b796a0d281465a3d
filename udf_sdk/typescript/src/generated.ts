// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.
import { KafkaReading, KafkaSource, KafkaWriting } from "./kafka.ts";
import type { Header } from "./kafka.ts";
import { MysqlConnecting } from "./mysql.ts";
import { RedisStreamSource, RedisWriting } from "./redis.ts";
import type { ProtobufOptions, SchemaPlace } from "./schema.ts";
import { SourceBuilder } from "./sources.ts";

/** What becomes of a message that cannot be read as a record. */
export type BadRecordPolicy = "fail" | "dead-letter" | "drop";

/** Which authorities are trusted, and who the job says that it is. Paths are those of the worker. */
export interface TlsOptions {
  /** A file with the authorities to trust, in PEM. */
  ca?: string;
  /** A file with the job's own certificate, in PEM. */
  cert?: string;
  /** A file with its key, in PEM. */
  key?: string;
  /** The password of the key, as `Secret.env("PASSWORD")`: one written here stands in the module for everyone to read. */
  keyPassword?: string;
}

/** Who the job is to the brokers. */
export interface SaslOptions {
  /** How this job signs in. */
  mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  /** Who this job is. */
  user: string;
  /** The user's password, as `Secret.env("PASSWORD")`: one written here stands in the module for everyone to read. */
  password: string;
}

/** How a CSV line is cut into fields. */
export interface CsvOptions {
  /** CSV: the character between two values; `,` unless told. */
  delimiter?: string;
  /** CSV: the character around values that hold delimiters; `"` unless told. */
  quote?: string;
  /** CSV: the text that means null, beside an empty value. */
  null?: string;
  /** CSV: whether the first line of a file names the columns. */
  header?: boolean;
}

/** A schema registry, which messages name their schema of. */
export interface RegistryOptions {
  /** The URL of a schema registry. */
  registry: string;
  /** The user to sign in as at the registry. */
  registryUser?: string;
  /**
   * The user's password there, as `Secret.env("PASSWORD")`: one written here stands in the module for everyone to
   * read.
   */
  registryPassword?: string;
  /** The subject whose newest schema is checked before the job starts. */
  subject?: string;
}

/**
 * How records are decoded and encoded. Without one, `string` is the text as it is and an object type is JSON.
 *
 * @example Kafka.builder().brokers(["h:9092"]).topic("trades").build<Trade>(Schema.csv({ delimiter: ";" }))
 */
export class Schema {
  /** Only what these functions answer is a schema. */
  declare private readonly format: string;

  private constructor() {}

  /**
   * One JSON value a message or line. `uint64` names fields of text, joined by commas, that are numbers in the JSON:
   * unsigned integers of 64 bits, digit for digit.
   */
  static json(options?: { uint64?: string }): Schema {
    return new Schema();
  }

  /** Text or bytes as they are. */
  static raw(): Schema {
    return new Schema();
  }

  /** Fields in the order of the record's, or by the names in the header. */
  static csv(options?: CsvOptions): Schema {
    return new Schema();
  }

  /** Avro, by a schema file or a registry. */
  static avro(place: SchemaPlace): Schema {
    return new Schema();
  }

  /** Protocol Buffers, by a file with the descriptor set (`protoc -o`) or a registry. */
  static protobuf(options: ProtobufOptions): Schema {
    return new Schema();
  }

  /**
   * Changes of a database table as Debezium writes them: the record is a change, or the row that one leaves behind. A
   * delete leaves none: it is a bad record, unless the record may be null or `deletes` says "skip".
   */
  static debezium(options?: { deletes?: "bad" | "skip" }): Schema {
    return new Schema();
  }
}

/** Describes a Kafka source step by step; ends with `build` or `buildMessages`. */
export class KafkaBuilder extends KafkaReading {
  /** @internal */
  protected readonly kind = "kafka";

  /** Addresses of brokers, as "host:port". */
  brokers(addresses: string[]): this {
    return this.say("brokers", addresses);
  }

  /** The topic; also the name by which `--bind` puts something else in its place. */
  topic(name: string): this {
    return this.say("topic", name);
  }

  /** The consumer group: how far the job has read is committed under this name. */
  group(name: string): this {
    return this.say("group", name);
  }

  /**
   * Where reading starts. Unless told, a job without keyed state goes on where the group left off, and one with keyed
   * state reads from the beginning.
   */
  startFrom(position: "earliest" | "latest" | "group"): this {
    return this.say("start", position);
  }

  /** Starts at the first message of this time or later: ISO 8601 text, or milliseconds since 1970. */
  startAt(time: string | number): this {
    return this.say("start.timestamp", time);
  }

  /** Starts at these offsets, by partition; other partitions start at their beginning. */
  startAtOffsets(offsets: Readonly<Record<number, number | bigint>>): this {
    return this.say("start.offsets", offsets);
  }

  /** Ends when everything has been read that was there at the start. */
  bounded(): this {
    return this.say("end", "latest");
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this.say("tls", options);
  }

  /** Signs in with a user and a password. */
  sasl(options: SaslOptions): this {
    return this.say("sasl", options);
  }

  /** What becomes of a record that cannot be decoded. */
  badRecords(policy: BadRecordPolicy): this {
    return this.say("bad", policy);
  }

  /** A setting of librdkafka, such as ("fetch.min.bytes", 65536), that this API has no word for. */
  property(name: string, value: string | number | boolean): this {
    return this.say(`librdkafka.${name}`, value);
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this.say(name, value);
  }

  /**
   * The source of records of type T.
   *
   * @param schema how messages are decoded; by the type unless told: text for `string`, JSON for an object
   * @param typeName the type's name, such as `typeof ""`; for people who read the job, the compiler goes by T
   */
  build<T>(schema?: Schema, typeName?: string): KafkaSource<T> {
    return new KafkaSource<T>(this.base());
  }
}

/** Writes messages into a Kafka topic. Without a value the whole record is the message's value, as JSON. */
export class KafkaSink<in out T> extends KafkaWriting<T> {
  /** @internal */
  protected readonly kind = "kafka";

  /** Addresses of brokers, as "host:port". */
  brokers(addresses: string[]): this {
    return this.say("brokers", addresses);
  }

  /** The topic; also the name by which `--bind` puts something else in its place. */
  topic(name: string): this {
    return this.say("topic", name);
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this.say("tls", options);
  }

  /** Signs in with a user and a password. */
  sasl(options: SaslOptions): this {
    return this.say("sasl", options);
  }

  /** How batches of messages are compressed; `none` unless told. */
  compression(codec: "none" | "gzip" | "snappy" | "lz4" | "zstd"): this {
    return this.say("compression", codec);
  }

  /** How values are encoded; text and bytes as they are and everything else as JSON unless told. */
  format(schema: Schema): this {
    return this.say("format", schema);
  }

  /** A setting of librdkafka, such as ("fetch.min.bytes", 65536), that this API has no word for. */
  property(name: string, value: string | number | boolean): this {
    return this.say(`librdkafka.${name}`, value);
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this.say(name, value);
  }

  /** The message's key: messages of one key go to one partition. Without it, or null, they are spread. */
  keyExtractor<K extends string | null | undefined>(extract: (record: T) => K): this {
    return this.write("key", extract);
  }

  /** The message's value: text is written as it is, anything else in the sink's format. */
  valueExtractor<V>(extract: (record: T) => V): this {
    return this.write("value", extract);
  }

  /** The message's time, in milliseconds since 1970; the time of writing unless told. */
  timestampExtractor<N extends number | bigint>(extract: (record: T) => N): this {
    return this.write("timestamp", extract);
  }

  /** The message's headers. */
  headersExtractor(extract: (record: T) => Header[]): this {
    return this.write("headers", extract);
  }
}

/** Describes a connection step by step. */
export class MysqlConnectionOptionsBuilder extends MysqlConnecting {
  /** The server's name; `localhost` unless told. */
  host(name: string): this {
    return this.say("host", name);
  }

  /** The server's port; 3306 unless told. */
  port(number: number): this {
    return this.say("port", number);
  }

  /** The user to sign in as. */
  username(name: string): this {
    return this.say("user", name);
  }

  /** The password, as `Secret.env("PASSWORD")`: one written here stands in the module for everyone to read. */
  password(reference: string): this {
    return this.say("password", reference);
  }

  /** The database. */
  database(name: string): this {
    return this.say("database", name);
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this.say("tls", options);
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this.say(name, value);
  }
}

/** Describes a source of a Redis stream step by step; ends with `build`. */
export class RedisStreamBuilder extends SourceBuilder {
  /** @internal */
  protected readonly kind = "redis-stream";

  /** The server's name; `localhost` unless told. */
  host(name: string): this {
    return this.say("host", name);
  }

  /** The server's port; 6379 unless told. */
  port(number: number): this {
    return this.say("port", number);
  }

  /** The user to sign in as, where the server has users. */
  user(name: string): this {
    return this.say("user", name);
  }

  /** The password, as `Secret.env("PASSWORD")`: one written here stands in the module for everyone to read. */
  password(reference: string): this {
    return this.say("password", reference);
  }

  /** The number of the database; 0 unless told. */
  database(number: number): this {
    return this.say("database", number);
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this.say("tls", options);
  }

  /** The host is a node of a cluster; each key goes to the node that owns it. */
  cluster(): this {
    return this.say("cluster", "true");
  }

  /** The stream to read; also the name by which `--bind` puts something else in its place. */
  stream(name: string): this {
    return this.say("stream", name);
  }

  /** The consumer group. */
  group(name: string): this {
    return this.say("group", name);
  }

  /** The job's name within the group. */
  consumer(name: string): this {
    return this.say("consumer", name);
  }

  /** Where reading starts: at the oldest entry, behind the newest, or where the group left off. */
  startFrom(position: "earliest" | "latest" | "group"): this {
    return this.say("start", position);
  }

  /** Starts behind the entry of this id, such as "1700000000000-0". */
  startAfter(id: string): this {
    return this.say("start", id);
  }

  /** Ends when everything has been read that was there at the start. */
  bounded(): this {
    return this.say("end", "latest");
  }

  /**
   * The field of an entry that holds a whole record, JSON unless a format says otherwise; without it the fields are
   * the record's.
   */
  field(name: string): this {
    return this.say("field", name);
  }

  /** What becomes of a record that cannot be decoded. */
  badRecords(policy: BadRecordPolicy): this {
    return this.say("bad", policy);
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this.say(name, value);
  }

  /**
   * The source of records of type T.
   *
   * @param schema how messages are decoded; by the type unless told: text for `string`, JSON for an object
   * @param typeName the type's name, such as `typeof ""`; for people who read the job, the compiler goes by T
   */
  build<T>(schema?: Schema, typeName?: string): RedisStreamSource<T> {
    return new RedisStreamSource<T>(this.base());
  }
}

/**
 * Writes into Redis: one value per key (a later one replaces the earlier), or what `hash`, `sortedSet`, `stream` or
 * `channel` say.
 */
export class Redis<in out T> extends RedisWriting<T> {
  /** @internal */
  protected readonly kind = "redis";

  private constructor() {
    super();
  }

  /** Starts the description of a sink for records of type T. */
  static new<T>(): Redis<T> {
    return new Redis<T>();
  }

  /** The server's name; `localhost` unless told. */
  host(name: string): this {
    return this.say("host", name);
  }

  /** The server's port; 6379 unless told. */
  port(number: number): this {
    return this.say("port", number);
  }

  /** The user to sign in as, where the server has users. */
  user(name: string): this {
    return this.say("user", name);
  }

  /** The password, as `Secret.env("PASSWORD")`: one written here stands in the module for everyone to read. */
  password(reference: string): this {
    return this.say("password", reference);
  }

  /** The number of the database; 0 unless told. */
  database(number: number): this {
    return this.say("database", number);
  }

  /** Connects with TLS. */
  tls(options?: TlsOptions): this {
    return this.say("tls", options);
  }

  /** The host is a node of a cluster; each key goes to the node that owns it. */
  cluster(): this {
    return this.say("cluster", "true");
  }

  /** Writes fields of this hash: the key is the field. */
  hash(name: string): this {
    return this.say("hash", name);
  }

  /** Writes members of this sorted set: the key is the member, the score its score. */
  sortedSet(name: string): this {
    return this.say("set", name);
  }

  /** Adds an entry to this stream for each record, with the record's fields; or with key and value, if they are told. */
  stream(name: string): this {
    return this.say("stream", name);
  }

  /** Publishes to this channel: the value, or the whole record as JSON. */
  channel(name: string): this {
    return this.say("channel", name);
  }

  /** Keys end after this many seconds. */
  ttl(seconds: number): this {
    return this.say("ttl", seconds);
  }

  /** Keeps about this many entries in the stream. */
  maxLength(entries: number): this {
    return this.say("maxlen", entries);
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this.say(name, value);
  }

  /** The key under which a record is stored. */
  keyExtractor(extract: (record: T) => string): this {
    return this.write("key", extract);
  }

  /** What is stored; null deletes the key. */
  valueExtractor<V extends string | null | undefined>(extract: (record: T) => V): this {
    return this.write("value", extract);
  }

  /** The number by which a sorted set is sorted; null removes the member. */
  scoreExtractor<N extends number | null | undefined>(extract: (record: T) => N): this {
    return this.write("score", extract);
  }
}

/** Kafka topics. */
export class Kafka {
  private constructor() {}

  /** Starts the description of a source. */
  static builder(): KafkaBuilder {
    return new KafkaBuilder();
  }

  /** Starts the description of a sink for records of type T. */
  static sink<T>(): KafkaSink<T> {
    return new KafkaSink<T>();
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
