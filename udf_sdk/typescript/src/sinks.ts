// What all sinks have in common: the fields that they write, and what is written of them under Node.
import type { Row } from "./flow.ts";
import { nameOf } from "./options.ts";
import { crossing } from "./records.ts";

/** @internal One field that a sink writes. */
export interface Column {
  readonly name: string;
  readonly extract: (record: unknown) => unknown;
}

/** @internal What a sink does with a stream. */
export interface Writing {
  readonly write: (record: unknown) => Row;
  /** The fields whose last row stands; empty where every row does. */
  readonly keys: readonly string[];
}

/** Where records of type T go. */
export abstract class Sink<in T> {
  /** @internal The connector's. */
  protected abstract readonly kind: string;
  /** @internal What was told, by the connector's option. */
  protected readonly said = new Map<string, unknown>();
  /** @internal What is written, by the connector's field. */
  protected readonly written = new Map<string, Column>();

  /** @internal */
  protected say(option: string, value: unknown): this {
    this.said.set(option, value);
    return this;
  }

  /** @internal */
  protected write<R>(field: string, extract: (record: R) => unknown): this {
    this.written.set(field, column(field, extract));
    return this;
  }

  /** @internal The sink's name unless name(x) says otherwise. */
  base(): string {
    return nameOf(this.kind, (option) => this.said.get(option));
  }

  /** @internal What one record becomes. Throws when the description is not complete. */
  abstract writing(): Writing;

  /** Says only which records fit. A job wants them in the sink's own shape: the compiler says so where they are not. */
  declare protected readonly takes: (record: T) => void;
}

/** @internal A column by its function. */
export function column<T>(name: string, extract: (record: T) => unknown): Column {
  return { name, extract: (record) => extract(record as T) };
}

/** @internal The record as it is, as one column. */
export function whole(name: string): Column {
  return { name, extract: (record) => record };
}

/** @internal Writes these columns. */
export function writingOf(columns: readonly Column[], keys: readonly string[] = []): Writing {
  const value = ({ extract }: Column, record: unknown): unknown => plain(crossing(extract(crossing(record))));
  return { keys, write: (record) => Object.fromEntries(columns.map((c) => [c.name, value(c, record)])) };
}

/** @internal Writes the fields of each record; of what has none, the record as `value`. */
export function writingFields(keys: readonly string[] = []): Writing {
  const isObject = (record: unknown): record is object =>
    typeof record === "object" && record !== null && !Array.isArray(record);
  return {
    keys,
    write: (record) => (isObject(record) ? (plain(crossing(record)) as Row) : { value: plain(crossing(record)) }),
  };
}

/** What is written is data: instances of classes are objects of their fields, and what is missing is null. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
