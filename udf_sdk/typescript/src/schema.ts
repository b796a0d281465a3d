// How the bytes of a message become a record, and a record the bytes of one: said where the type alone does not say it.
// In the engine; under Node records come as they are.

/** How a CSV line is cut into fields. */
export interface CsvOptions {
  /** The character between two values; "," unless told. */
  delimiter?: string;
  /** The character around values that hold delimiters; '"' unless told. */
  quote?: string;
  /** The text that means null, beside an empty value. */
  null?: string;
  /** Whether the first line of a file names the columns. */
  header?: boolean;
}

/** A schema registry, which messages name their schema of. */
export interface RegistryOptions {
  /** Its URL. */
  registry: string;
  registryUser?: string;
  /** `Secret.env("REGISTRY_PASSWORD")`. */
  registryPassword?: string;
  /** The subject whose newest schema is checked before the job starts, and written by sinks. */
  subject?: string;
}

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

/**
 * How records are decoded and encoded. Without one, `string` is the text as it is and an object type is JSON.
 *
 * @example Kafka.builder().brokers(["h:9092"]).topic("trades").build<Trade>(Schema.csv({ delimiter: ";" }))
 */
export class Schema {
  /** Only what these functions answer is a schema. */
  declare private readonly format: string;

  private constructor() {}

  /** One JSON value a message or line. */
  static json(): Schema {
    return new Schema();
  }

  /** Text as it is: for sources of `string`. */
  static raw(): Schema {
    return new Schema();
  }

  /** Fields in the order of the record's type, or by the names in the header. */
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
   * Changes of a database table as Debezium writes them: the record is a `DebeziumChange<Row>`, or the row that a
   * change leaves behind. A delete leaves none: it is a bad record, unless the record may be null or `deletes` says
   * "skip".
   */
  static debezium(options?: { deletes?: "bad" | "skip" }): Schema {
    return new Schema();
  }
}
