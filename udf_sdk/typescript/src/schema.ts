// How the bytes of a message become a record, and a record the bytes of one: said where the type alone does not say it.
// In the engine; under Node records come as they are.

/** How a CSV line is cut into fields. */
export interface CsvOptions {
  /** What stands between two fields; "," unless told. */
  delimiter?: string;
  /** Whether the first line of a file names the columns. */
  header?: boolean;
}

/** Where the schema is: a file, or a registry that messages name their schema of. */
export type SchemaPlace =
  | {
      /** A schema file. */
      schema: string;
    }
  | {
      /** The URL of a schema registry. */
      registry: string;
      registryUser?: string;
      /** `Secret.env("REGISTRY_PASSWORD")`. */
      registryPassword?: string;
    };

/** A message of a Protobuf file or registry. */
export type ProtobufOptions = SchemaPlace & {
  /** The message's full name; needed where the file has several. */
  message?: string;
};

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

  /** Protocol Buffers, by a schema file or a registry. */
  static protobuf(options: ProtobufOptions): Schema {
    return new Schema();
  }

  /** Changes of a database table as Debezium writes them. */
  static debezium(): Schema {
    return new Schema();
  }
}
