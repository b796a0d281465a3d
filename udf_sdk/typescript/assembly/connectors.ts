// The systems that a job reads from and writes to, as the user names them; the engine does the reading and writing.
import { addNode, failAt, Node } from "./graph";
import { extractor } from "./functions";
import { quote } from "./json";
import { ExecutionContext, Stream } from "./streams";
import { typeOf } from "./types";

function option(name: string, value: string): string {
  return quote(name) + ":" + quote(value);
}

function connector(kind: string, options: string): string {
  return '"connector":{"kind":' + quote(kind) + ',"options":{' + options + "}}";
}

/** How records are decoded; the record's type says it all so far. */
export class Schema {}

/** Where records come from. */
export class Source<T> {
  constructor(private connector: string) {}

  createFlow(_ctx: ExecutionContext, meta: string = ""): Stream<T> {
    return new Stream<T>(addNode(-1, typeOf<T>(), '"source":{' + this.connector + "}", meta));
  }
}

export class KafkaSource<T> extends Source<T> {}

export class KafkaBuilder {
  private brokerList: string = "";
  private topicName: string = "";
  private groupName: string = "";

  brokers(addresses: Array<string>): this {
    this.brokerList = addresses.join(",");
    return this;
  }

  topic(name: string): this {
    this.topicName = name;
    return this;
  }

  group(name: string): this {
    this.groupName = name;
    return this;
  }

  build<T>(_schema: Schema | null = null, _typeName: string = ""): KafkaSource<T> {
    const options = [option("brokers", this.brokerList), option("topic", this.topicName), option("group", this.groupName)];
    return new KafkaSource<T>(connector("kafka", options.join(",")));
  }
}

export class Kafka {
  static builder(): KafkaBuilder {
    return new KafkaBuilder();
  }
}

/** Where records go. */
export abstract class Sink<T> {
  abstract attach(input: i32, meta: string): Node;
}

/** Upserts a value per key. */
export class Redis<T> extends Sink<T> {
  private hostName: string = "";
  private portNumber: i32 = 6379;
  private keyEnv: usize = 0;
  private keyFn: ((env: usize, value: T) => string) | null = null;
  private keyMeta: string = "";
  private valueEnv: usize = 0;
  private valueFn: ((env: usize, value: T) => string) | null = null;
  private valueMeta: string = "";

  static new<T>(): Redis<T> {
    return new Redis<T>();
  }

  host(name: string): this {
    this.hostName = name;
    return this;
  }

  port(number: f64): this {
    this.portNumber = <i32>number;
    return this;
  }

  keyExtractor(env: usize, fn: (env: usize, value: T) => string, meta: string): this {
    this.keyEnv = env;
    this.keyFn = fn;
    this.keyMeta = meta;
    return this;
  }

  valueExtractor(env: usize, fn: (env: usize, value: T) => string, meta: string): this {
    this.valueEnv = env;
    this.valueFn = fn;
    this.valueMeta = meta;
    return this;
  }

  attach(input: i32, meta: string): Node {
    const keyFn = this.keyFn;
    const valueFn = this.valueFn;
    if (!keyFn) failAt(meta, "this Redis sink has no key: add .keyExtractor(record => ...) to it");
    if (!valueFn) failAt(meta, "this Redis sink has no value: add .valueExtractor(record => ...) to it");
    if (!this.hostName.length) failAt(meta, "this Redis sink has no host: add .host(name) to it");
    const port = this.portNumber;
    if (port < 1 || port > 65535) failAt(meta, "the port of a Redis sink is a whole number from 1 to 65535");
    const key = extractor<T, string>("FIELD", this.keyEnv, keyFn!, this.keyMeta);
    const value = extractor<T, string>("FIELD", this.valueEnv, valueFn!, this.valueMeta);
    const options = option("host", this.hostName) + "," + option("port", port.toString());
    const fields = "[" + sinkField("key", key) + "," + sinkField("value", value) + "]";
    const sink = connector("redis", options) + ',"fields":' + fields + ',"delivery":"DELIVERY_UPSERT","keyFields":["key"]';
    return addNode(input, "", '"sink":{' + sink + "}", meta);
  }
}

function sinkField(name: string, value: string): string {
  return '{"name":' + quote(name) + ',"value":' + value + ',"type":' + typeOf<string>() + "}";
}
