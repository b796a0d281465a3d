// Systems that this package has no words for: a connector by its kind, with the options that it documents.
import { nameOf } from "./options.ts";
import type { ConnectorOptions } from "./options.ts";
import type { Schema } from "./generated.ts";
import { Sink, writingFields, writingOf } from "./sinks.ts";
import type { Writing } from "./sinks.ts";
import { ConnectorSource } from "./sources.ts";

/**
 * Writes into a system that a connector package of the engine knows. Unless told which, the fields of the record are
 * what is written.
 */
export class ConnectorSink<in out T> extends Sink<T> {
  /** @internal */
  protected readonly kind: string;

  /** @internal Made by `Connector.sink<T>(...)`. */
  constructor(kind: string, options: ConnectorOptions) {
    super();
    this.kind = kind;
    for (const [name, value] of Object.entries(options)) this.say(name, value);
  }

  /** The record's key: of records with one key the last one stands, where the system can do that. */
  keyExtractor<K extends string | number | bigint | boolean>(extract: (record: T) => K): this {
    return this.field("key", extract);
  }

  /** What is stored under the key. */
  valueExtractor<V>(extract: (record: T) => V): this {
    return this.field("value", extract);
  }

  /** A field to write, by the name that the connector has for it. */
  field<V>(name: string, extract: (record: T) => V): this {
    if (this.written.has(name)) throw new Error(`the field '${name}' is written twice`);
    return this.write(name, extract);
  }

  /** @internal */
  writing(): Writing {
    const columns = [...this.written.values()];
    return columns.length === 0 ? writingFields() : writingOf(columns, this.written.has("key") ? ["key"] : []);
  }
}

/** Systems of connector packages. */
export class Connector {
  private constructor() {}

  /**
   * Records from a system by the connector's kind.
   *
   * @param kind the connector's scheme, as `--bind` spells it
   * @param options the connector's options
   * @param schema how messages are decoded
   * @example Connector.source<Reading>("mqtt", { host: "localhost", topic: "sensors/#" })
   */
  static source<T>(kind: string, options: ConnectorOptions = {}, schema?: Schema): ConnectorSource<T> {
    return new ConnectorSource<T>(nameOf(kind, (name) => options[name]));
  }

  /** Starts the description of a sink by the connector's kind. */
  static sink<T>(kind: string, options: ConnectorOptions = {}): ConnectorSink<T> {
    return new ConnectorSink<T>(kind, options);
  }
}
