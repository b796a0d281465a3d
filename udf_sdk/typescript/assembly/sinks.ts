// Sinks on their way into the graph: a connector and the fields that it writes, each a function, a field of the record, or
// the record itself. Functions are registered when the sink is given to a stream.
import { extractor } from "./functions";
import { addNode, failAt, Node } from "./graph";
import { items, member, quote, unquote } from "./json";
import { Options } from "./options";
import { isRecord, typeOf } from "./types";

/** Where records go, as it is described. */
export abstract class Sink<T> {
  protected options: Options = new Options();
  protected written: Array<Column<T>> = [];

  protected add<U>(name: string, env: usize, fn: (env: usize, value: T) => U, meta: string): void {
    if (columnOf<T>(this.written, name)) failAt(meta, "this sink has a " + name + "Extractor already");
    this.written.push(new Extracted<T, U>(name, env, fn, meta));
  }

  /** Ends the build if something is missing. */
  check(_meta: string): void {}

  abstract attach(input: string, meta: string): Node;
}

/** One field that a sink writes. */
export abstract class Column<T> {
  /** What the connector calls it, where that is another name than the user's. */
  alias: string = "";

  constructor(public name: string) {}

  get written(): string {
    return this.alias.length ? this.alias : this.name;
  }

  /** job.proto's SinkField. */
  abstract toJson(): string;
}

/** A field that a function gives, or a plain field of the record if the compiler saw one. */
export class Extracted<T, U> extends Column<T> {
  constructor(
    name: string,
    private env: usize,
    private fn: (env: usize, value: T) => U,
    private meta: string,
  ) {
    super(name);
  }

  toJson(): string {
    return sinkField(this.written, extractor<T, U>("FIELD", this.env, this.fn, this.meta), typeOf<U>());
  }
}

/** A field of the record by its name. */
export class Part<T> extends Column<T> {
  constructor(
    name: string,
    private type: string,
  ) {
    super(name);
  }

  toJson(): string {
    return sinkField(this.written, '{"field":{"names":[' + quote(this.name) + "]}}", this.type);
  }
}

/** The record itself. */
export class Whole<T> extends Column<T> {
  toJson(): string {
    return sinkField(this.written, '{"field":{}}', typeOf<T>());
  }
}

function sinkField(name: string, value: string, type: string): string {
  return '{"name":' + quote(name) + ',"value":' + value + ',"type":' + type + "}";
}

/** A column for each field of the record; of a record without fields, one column `value`. */
export function parts<T>(): Array<Column<T>> {
  const out: Array<Column<T>> = [];
  if (!isRecord<T>()) {
    out.push(new Whole<T>("value"));
    return out;
  }
  const fields = items(member(member(typeOf<T>(), "struct"), "fields"));
  for (let i = 0; i < fields.length; i++) {
    out.push(new Part<T>(unquote(member(fields[i], "name")), member(fields[i], "type")));
  }
  return out;
}

/** The column of that name, or null. */
export function columnOf<T>(columns: Array<Column<T>>, name: string): Column<T> | null {
  for (let i = 0; i < columns.length; i++) if (columns[i].name == name) return columns[i];
  return null;
}

/** The columns in the order in which the stream's records are made, where all of them are fields of the record. */
function ordered<T>(columns: Array<Column<T>>, meta: string): Array<Column<T>> {
  const order = items(member(meta, "order"));
  if (order.length != columns.length) return columns;
  const out = new Array<Column<T>>();
  for (let i = 0; i < order.length; i++) {
    const column = columnOf<T>(columns, unquote(order[i]));
    if (column === null || !(column instanceof Part<T>)) return columns;
    out.push(column);
  }
  return out;
}

/** Adds the operator. With `keys` the last row of a key stands, else every record is a new row. */
export function addSink<T>(
  input: string,
  kind: string,
  options: Options,
  columns: Array<Column<T>>,
  keys: Array<string>,
  meta: string,
): Node {
  columns = ordered<T>(columns, meta);
  let out = '"sink":{"connector":{"kind":' + quote(kind) + ',"options":' + options.toJson() + '},"fields":[';
  for (let i = 0; i < columns.length; i++) out += (i ? "," : "") + columns[i].toJson();
  out += "]";
  if (keys.length) out += ',"delivery":"DELIVERY_UPSERT","keyFields":[' + quoted(keys) + "]";
  return addNode(input, "", out + "}", meta);
}

function quoted(names: Array<string>): string {
  let out = "";
  for (let i = 0; i < names.length; i++) out += (i ? "," : "") + quote(names[i]);
  return out;
}
