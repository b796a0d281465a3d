// How the bytes of a message become a record, and a record the bytes of one: said where the type alone does not say it.
// In the engine; under Node records come as they are.

import type { RegistryOptions } from "./generated.ts";

/** Where the schema is: a file, a registry, or both. */
export type SchemaPlace = ({ /** A schema file. */ schema: string } & Partial<RegistryOptions>) | RegistryOptions;

/** A message of a file with a descriptor set, or of a registry. */
export type ProtobufOptions = SchemaPlace & {
  /** The message's full name; needed where the file has several. */
  message?: string;
};

/** A change of a row, as `Schema.debezium()` reads it: `op` is "c", "u", "d" or "r" (read in a snapshot). */
export interface DebeziumChange<T> {
  op: string;
  before: T | null;
  after: T | null;
  ts_ms: number | null;
}
