// Kafka topics as the user names them; the engine does the reading and writing.
import { failAt, Node } from "./graph";
import { Options, Pairs } from "./options";
import { Schema } from "./schema";
import { addSink, Column, columnOf, Extracted, Sink, Whole } from "./sinks";
import { checkGroup, Source } from "./sources";

export class KafkaSource<T> extends Source<T> {}

export class KafkaBuilder {
  private options: Options = new Options();
  private policy: string = "";

  brokers(addresses: Array<string>): this {
    this.options.set("brokers", addresses.join(","));
    return this;
  }

  topic(name: string): this {
    this.options.set("topic", name);
    return this;
  }

  group(name: string): this {
    this.options.set("group", name);
    return this;
  }

  startFrom(position: string): this {
    return this.start(position, "");
  }

  startAt(time: string, meta: string = ""): this {
    if (!time.length) failAt(meta, 'startAt takes milliseconds since 1970 or ISO 8601 text, such as "2026-01-31T12:00:00Z"');
    return this.start("timestamp", time);
  }

  startAtOffsets(offsets: Pairs, meta: string = ""): this {
    let out = "";
    for (let i = 0; i < offsets.length; i += 2) out += (i ? "," : "") + offsets[i]! + ":" + offsets[i + 1]!;
    if (!out.length) failAt(meta, "startAtOffsets needs an offset for at least one partition: startAtOffsets({ 0: 12 })");
    return this.start("offsets", out);
  }

  /** What was said last stands. */
  private start(position: string, detail: string): this {
    this.options.remove("start.timestamp");
    this.options.remove("start.offsets");
    this.options.set("start", position);
    if (detail.length) this.options.set("start." + position, detail);
    return this;
  }

  bounded(): this {
    this.options.set("end", "latest");
    return this;
  }

  tls(pairs: Pairs | null = null): this {
    this.options.setTls(pairs);
    return this;
  }

  sasl(pairs: Pairs): this {
    this.options.setUnder("sasl", pairs);
    return this;
  }

  badRecords(policy: string): this {
    this.policy = policy;
    return this;
  }

  property(name: string, value: string): this {
    this.options.set("librdkafka." + name, value);
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  build<T>(schema: Schema | null = null, _typeName: string | null = null, meta: string = ""): KafkaSource<T> {
    checkTopic(this.options, "source", meta);
    checkGroup(this.options, meta);
    const source = new KafkaSource<T>("kafka", this.options.copy());
    source.decodedBy(schema);
    source.setPolicy(this.policy);
    return source;
  }

  buildMessages<M>(schema: Schema | null = null, meta: string = ""): KafkaSource<M> {
    const source = this.build<M>(schema, null, meta);
    source.setEnvelope();
    return source;
  }
}

function checkTopic(options: Options, what: string, meta: string): void {
  if (!options.get("topic").length) failAt(meta, "this Kafka " + what + " has no topic: add .topic(name) to it");
}

/** Writes a message for each record. */
export class KafkaSink<T> extends Sink<T> {
  private options: Options = new Options();
  private columns: Array<Column<T>> = [];

  brokers(addresses: Array<string>): this {
    this.options.set("brokers", addresses.join(","));
    return this;
  }

  topic(name: string): this {
    this.options.set("topic", name);
    return this;
  }

  tls(pairs: Pairs | null = null): this {
    this.options.setTls(pairs);
    return this;
  }

  sasl(pairs: Pairs): this {
    this.options.setUnder("sasl", pairs);
    return this;
  }

  compression(codec: string): this {
    this.options.set("compression", codec);
    return this;
  }

  format(schema: Schema): this {
    this.options.set("format", schema.format);
    this.options.setUnder("format", schema.pairs);
    return this;
  }

  property(name: string, value: string): this {
    this.options.set("librdkafka." + name, value);
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  keyExtractor<K>(env: usize, fn: (env: usize, value: T) => K, meta: string): this {
    return this.add<K>("key", env, fn, meta);
  }

  valueExtractor<V>(env: usize, fn: (env: usize, value: T) => V, meta: string): this {
    return this.add<V>("value", env, fn, meta);
  }

  timestampExtractor<N>(env: usize, fn: (env: usize, value: T) => N, meta: string): this {
    return this.add<N>("timestamp", env, fn, meta);
  }

  headersExtractor<H>(env: usize, fn: (env: usize, value: T) => H, meta: string): this {
    return this.add<H>("headers", env, fn, meta);
  }

  private add<U>(name: string, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    if (columnOf<T>(this.columns, name)) failAt(meta, "this Kafka sink has a " + name + "Extractor already");
    this.columns.push(new Extracted<T, U>(name, env, fn, meta));
    return this;
  }

  attach(input: i32, meta: string): Node {
    checkTopic(this.options, "sink", meta);
    const columns: Array<Column<T>> = [];
    const names = ["key", "value", "timestamp", "headers"];
    for (let i = 0; i < names.length; i++) {
      const column = columnOf<T>(this.columns, names[i]);
      if (column) columns.push(column);
      else if (i == 1) columns.push(new Whole<T>("value"));
    }
    return addSink<T>(input, "kafka", this.options, columns, [], meta);
  }
}

export class Kafka {
  static builder(): KafkaBuilder {
    return new KafkaBuilder();
  }

  static sink<T>(_meta: string = ""): KafkaSink<T> {
    return new KafkaSink<T>();
  }
}
