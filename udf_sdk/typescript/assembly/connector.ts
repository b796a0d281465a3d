// Systems that the API has no words for: a connector by its kind and options.
import { failAt, Node } from "./graph";
import { Options, Pairs } from "./options";
import { Schema } from "./schema";
import { addSink, columnOf, parts, Sink } from "./sinks";
import { ConnectorSource } from "./sources";

export class ConnectorSink<T> extends Sink<T> {
  constructor(
    private kind: string,
    pairs: Pairs | null,
  ) {
    super();
    this.options.setAll(pairs);
  }

  keyExtractor<K>(env: usize, fn: (env: usize, value: T) => K, meta: string): this {
    return this.field<K>("key", env, fn, meta);
  }

  valueExtractor<V>(env: usize, fn: (env: usize, value: T) => V, meta: string): this {
    return this.field<V>("value", env, fn, meta);
  }

  field<U>(name: string, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    if (columnOf<T>(this.written, name)) failAt(meta, "the field " + name + " is written twice: give each its own name");
    this.add<U>(name, env, fn, meta);
    return this;
  }

  attach(input: string, meta: string): Node {
    const columns = this.written.length ? this.written : parts<T>();
    const isKeyed = columnOf<T>(this.written, "key") !== null;
    return addSink<T>(input, this.kind, this.options, columns, isKeyed ? ["key"] : [], meta);
  }
}

function checked(kind: string, meta: string): string {
  if (!kind.length) failAt(meta, "a connector has a kind: the scheme that --bind spells, such as \"mqtt\"");
  return kind;
}

export class Connector {
  static source<T>(kind: string, pairs: Pairs | null, schema: Schema | null, meta: string): ConnectorSource<T> {
    const options = new Options();
    options.setAll(pairs);
    const source = new ConnectorSource<T>(checked(kind, meta), options);
    source.describe(schema, "");
    return source;
  }

  static sink<T>(kind: string, pairs: Pairs | null, meta: string): ConnectorSink<T> {
    return new ConnectorSink<T>(checked(kind, meta), pairs);
  }
}
