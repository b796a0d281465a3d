// The systems that a job reads from and writes to. In the engine they are bound to the real ones, or to files with
// `--bind`.
import { addEndpoint } from "./flow.ts";
import { crossing } from "./records.ts";
import type { ExecutionContext } from "./streams.ts";
import { Stream } from "./streams.ts";

/** How records are decoded, where the type alone does not say it. There is nothing to choose yet: pass `undefined`. */
export class Schema {
  private constructor() {}
}

/** Where records of type T come from. */
export abstract class Source<in out T> {
  private readonly base: string;

  /** @internal */
  constructor(base: string) {
    this.base = base;
  }

  /**
   * Starts a stream in a job. A source of `string` gives lines; one of an object type reads JSON, one object a line
   * or message.
   */
  createFlow(ctx: ExecutionContext): Stream<T> {
    const endpoint = addEndpoint("source", this.base);
    return new Stream<T>(function* (read) {
      for (const record of read(endpoint)) yield crossing(record);
    }, endpoint);
  }
}

/** Messages of a Kafka topic. */
export class KafkaSource<in out T> extends Source<T> {}

/** Describes a Kafka source step by step; ends with `build<T>()`. */
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

  /** The consumer group. */
  group(name: string): this {
    return this;
  }

  /**
   * The source of records of type T.
   *
   * @param schema nothing to choose yet
   * @param typeName the type's name, such as `typeof ""`; for people who read the job, the compiler goes by T
   * @example Kafka.builder().brokers(["localhost:9092"]).topic("lines").group("counts").build<string>()
   */
  build<T>(schema?: Schema, typeName?: string): KafkaSource<T> {
    return new KafkaSource<T>(this.topicName);
  }
}

/** Kafka topics. */
export class Kafka {
  private constructor() {}

  /** Starts the description of a source. */
  static builder(): KafkaBuilder {
    return new KafkaBuilder();
  }
}

/** Where records of type T go. */
export abstract class Sink<in T> {
  /** @internal The connector's kind: the sink's name unless name(x) says otherwise. */
  abstract readonly kind: string;

  /** @internal What one record becomes. */
  abstract writer(): (record: unknown) => { key: string; value: string };

  /** Says only which records fit. A job wants them in the sink's own shape: the compiler says so where they are not. */
  declare protected readonly takes: (record: T) => void;
}

/** Writes one value per key into Redis; a later value of a key replaces the earlier one. */
export class Redis<in out T> extends Sink<T> {
  /** @internal */
  readonly kind = "redis";
  private key: ((record: T) => string) | undefined;
  private value: ((record: T) => string) | undefined;

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

  /** The key under which a record is stored. */
  keyExtractor(extract: (record: T) => string): this {
    this.key = extract;
    return this;
  }

  /** The text that is stored. */
  valueExtractor(extract: (record: T) => string): this {
    this.value = extract;
    return this;
  }

  /** @internal */
  writer(): (record: unknown) => { key: string; value: string } {
    const { key, value } = this;
    if (!key) throw new Error("this Redis sink has no key: add .keyExtractor(record => ...) to it");
    if (!value) throw new Error("this Redis sink has no value: add .valueExtractor(record => ...) to it");
    const text = (record: unknown, extract: (record: T) => string): string =>
      crossing(extract(crossing(record) as T)) as string;
    return (record) => ({ key: text(record, key), value: text(record, value) });
  }
}
