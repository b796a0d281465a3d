// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.
import { KafkaReading, KafkaSource, KafkaWriting } from "./kafka";
import { MysqlConnecting } from "./mysql";
import { checkSaid, Pairs, setWhole } from "./options";
import { RedisStreamSource, RedisWriting } from "./redis";
import { Schema } from "./schema";
import { SourceBuilder } from "./sources";

export class KafkaBuilder extends KafkaReading {
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
    this.startsFrom(position);
    return this;
  }

  startAt(time: string, meta: string = ""): this {
    this.startsAt(time, meta);
    return this;
  }

  startAtOffsets(offsets: Pairs, meta: string = ""): this {
    this.startsAtOffsets(offsets, meta);
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
    this.setPolicy(policy);
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

  check(meta: string): void {
    checkSaid(this.options, "Kafka source", ["topic"], meta);
  }

  build<T>(schema: Schema | null = null, _typeName: string | null = null, meta: string = ""): KafkaSource<T> {
    this.check(meta);
    const source = new KafkaSource<T>("kafka", this.options.copy());
    source.describe(schema, this.policy);
    return source;
  }
}

export class KafkaSink<T> extends KafkaWriting<T> {
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
    this.encodeAs(schema);
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

  keyExtractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {
    this.add<X>("key", env, fn, meta);
    return this;
  }

  valueExtractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {
    this.add<X>("value", env, fn, meta);
    return this;
  }

  timestampExtractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {
    this.add<X>("timestamp", env, fn, meta);
    return this;
  }

  headersExtractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {
    this.add<X>("headers", env, fn, meta);
    return this;
  }

  check(meta: string): void {
    checkSaid(this.options, "Kafka sink", ["topic"], meta);
  }
}

export class MysqlConnectionOptionsBuilder extends MysqlConnecting {
  host(name: string): this {
    this.options.set("host", name);
    return this;
  }

  port(number: f64, meta: string = ""): this {
    setWhole(this.options, "port", number, 1, 65535, "port(number)", "", meta);
    return this;
  }

  username(name: string): this {
    this.options.set("user", name);
    return this;
  }

  password(reference: string): this {
    this.options.set("password", reference);
    return this;
  }

  database(name: string, meta: string = ""): this {
    this.options.set("database", name);
    return this;
  }

  tls(pairs: Pairs | null = null): this {
    this.options.setTls(pairs);
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  check(meta: string): void {
    checkSaid(this.options, "MySQL connection", ["host", "database"], meta);
  }
}

export class RedisStreamBuilder extends SourceBuilder {
  host(name: string): this {
    this.options.set("host", name);
    return this;
  }

  port(number: f64, meta: string = ""): this {
    setWhole(this.options, "port", number, 1, 65535, "port(number)", "", meta);
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
    setWhole(this.options, "database", number, 0, 1000000, "database(number)", "", meta);
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

  stream(name: string, meta: string = ""): this {
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

  bounded(): this {
    this.options.set("end", "latest");
    return this;
  }

  field(name: string): this {
    this.options.set("field", name);
    return this;
  }

  badRecords(policy: string): this {
    this.setPolicy(policy);
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  check(meta: string): void {
    checkSaid(this.options, "Redis source", ["host", "stream"], meta);
  }

  build<T>(schema: Schema | null = null, _typeName: string | null = null, meta: string = ""): RedisStreamSource<T> {
    this.check(meta);
    const source = new RedisStreamSource<T>("redis-stream", this.options.copy());
    source.describe(schema, this.policy);
    return source;
  }
}

export class Redis<T> extends RedisWriting<T> {
  static new<T>(): Redis<T> {
    return new Redis<T>();
  }

  host(name: string): this {
    this.options.set("host", name);
    return this;
  }

  port(number: f64, meta: string = ""): this {
    setWhole(this.options, "port", number, 1, 65535, "port(number)", "", meta);
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
    setWhole(this.options, "database", number, 0, 1000000, "database(number)", "", meta);
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

  hash(name: string, meta: string = ""): this {
    this.writesWith("hset", "hash", name, meta);
    return this;
  }

  sortedSet(name: string, meta: string = ""): this {
    this.writesWith("zadd", "set", name, meta);
    return this;
  }

  stream(name: string, meta: string = ""): this {
    this.writesWith("xadd", "stream", name, meta);
    return this;
  }

  channel(name: string, meta: string = ""): this {
    this.writesWith("publish", "channel", name, meta);
    return this;
  }

  ttl(seconds: f64, meta: string = ""): this {
    setWhole(this.options, "ttl", seconds, 1, 10000000000, "ttl(seconds)", "seconds", meta);
    return this;
  }

  maxLength(entries: f64, meta: string = ""): this {
    setWhole(this.options, "maxlen", entries, 1, 1000000000000, "maxLength(entries)", "entries", meta);
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  keyExtractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {
    this.add<X>("key", env, fn, meta);
    return this;
  }

  valueExtractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {
    this.add<X>("value", env, fn, meta);
    return this;
  }

  scoreExtractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {
    this.add<X>("score", env, fn, meta);
    return this;
  }

  check(meta: string): void {
    checkSaid(this.options, "Redis sink", ["host"], meta);
  }
}

export class Kafka {
  static builder(): KafkaBuilder {
    return new KafkaBuilder();
  }

  static sink<T>(meta: string = ""): KafkaSink<T> {
    return new KafkaSink<T>();
  }
}

export class RedisStream {
  static builder(): RedisStreamBuilder {
    return new RedisStreamBuilder();
  }
}
