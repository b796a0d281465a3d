// How messages are decoded and encoded, as the user names it: a format and its options.
import { Pairs } from "./options";

export class Schema {
  constructor(
    public format: string,
    public pairs: Pairs | null,
  ) {}

  static json(pairs: Pairs | null = null): Schema {
    return new Schema("json", pairs);
  }

  static raw(): Schema {
    return new Schema("raw", null);
  }

  static csv(pairs: Pairs | null = null): Schema {
    return new Schema("csv", pairs);
  }

  static avro(pairs: Pairs): Schema {
    return new Schema("avro", pairs);
  }

  static protobuf(pairs: Pairs): Schema {
    return new Schema("protobuf", pairs);
  }

  static debezium(pairs: Pairs | null = null): Schema {
    return new Schema("debezium", pairs);
  }
}
