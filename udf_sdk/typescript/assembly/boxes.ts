// A number, boolean or bigint that may be missing: `number | null` is `Some<f64> | null`, a nullable column when it crosses.
import { JsonReader } from "./js/json_read";
import { readColumn } from "./reader";
import { typeOf } from "./types";
import { writeColumn } from "./writer";

/** A value of a type that has no null of its own. */
@final
export class Some<T> {
  constructor(public value: T) {}

  /** Marks the class for `isBox`. */
  get __isBox(): bool {
    return true;
  }

  __load(column: usize, row: i32): void {
    this.value = readColumn<T>(column, row);
  }

  __store(column: usize, row: i32): void {
    writeColumn<T>(column, row, this.value);
  }

  __readJson(reader: JsonReader): void {
    this.value = reader.read<T>();
  }

  __type(): string {
    return typeOf<T>();
  }
}
