// MySQL and MariaDB: a statement per record, or rows of a table.
import { Sink, column, writingFields, writingOf } from "./sinks.ts";
import type { Column, Writing } from "./sinks.ts";
import { parameterCount } from "./sql.ts";

/** Where a server is and who the job is there: made by MysqlConnectionOptionsBuilder. */
export class MysqlConnectionOptions {
  /** Only what the builder answers is a connection. */
  declare private readonly host: string;

  /** @internal */
  constructor() {}
}

/** What MysqlConnectionOptionsBuilder builds. */
export abstract class MysqlConnecting {
  /** @internal The engine connects, Node does not. */
  protected say(name: string, value: unknown): this {
    return this;
  }

  /**
   * The connection.
   *
   * @example new MysqlConnectionOptionsBuilder().host("localhost").username("app").password(Secret.env("DB_PASSWORD")).database("shop").build()
   */
  build(): MysqlConnectionOptions {
    return new MysqlConnectionOptions();
  }
}

/** Says which value each `?` of a statement gets. Parameters are counted from 1; a missing value is NULL. */
export class MysqlStatement<in out T> {
  /** @internal */
  readonly parameters = new Map<number, Column>();

  /** @internal Given to the function of `extractors`. */
  constructor() {}

  /** A number for the `?` of this index. */
  setNumber<N extends number | null | undefined>(index: number, extract: (record: T) => N): this {
    return this.set(index, extract);
  }

  /** A text for the `?` of this index. */
  setString<S extends string | null | undefined>(index: number, extract: (record: T) => S): this {
    return this.set(index, extract);
  }

  /** A boolean for the `?` of this index. */
  setBoolean<B extends boolean | null | undefined>(index: number, extract: (record: T) => B): this {
    return this.set(index, extract);
  }

  /** A 64-bit integer for the `?` of this index. */
  setBigInt<I extends bigint | null | undefined>(index: number, extract: (record: T) => I): this {
    return this.set(index, extract);
  }

  private set(index: number, extract: (record: T) => unknown): this {
    if (!Number.isInteger(index) || index < 1) throw new RangeError("parameters of a statement are counted from 1");
    if (this.parameters.has(index)) throw new Error(`parameter ${index} of the statement is set twice`);
    this.parameters.set(index, column(`${index}`, extract));
    return this;
  }
}

/** Writes into MySQL or MariaDB: a statement for each record, or a row of a table. */
export class Mysql<in out T> extends Sink<T> {
  /** @internal */
  protected readonly kind = "mysql";
  private sql: string = "";
  private columnNames: readonly string[] = [];
  private keyNames: readonly string[] = [];
  private readonly parameters = new MysqlStatement<T>();

  private constructor() {
    super();
  }

  /** Starts the description of a sink for records of type T. */
  static new<T>(): Mysql<T> {
    return new Mysql<T>();
  }

  /** Where the server is. */
  connection(options: MysqlConnectionOptions): this {
    return this;
  }

  /** What is done for each record, with a `?` for each value: "insert into person (id, name) values (?, ?)". */
  statement(sql: string): this {
    this.sql = sql;
    return this;
  }

  /**
   * The values of the statement's parameters.
   *
   * @example .extractors((s) => { s.setNumber(1, (p) => p.id); s.setString(2, (p) => p.name); })
   */
  extractors(set: (statement: MysqlStatement<T>) => void): this {
    set(this.parameters);
    return this;
  }

  /** In place of a statement: each record is a row of this table, each field a column of the same name. */
  table(name: string): this {
    return this.say("table", name);
  }

  /** Only these fields are written; all unless told. */
  columns(names: (keyof T & string)[]): this {
    this.columnNames = names;
    return this;
  }

  /** The table's key: a row with the same values is replaced. Without it every record is a new row. */
  keys(names: (keyof T & string)[]): this {
    this.keyNames = names;
    return this;
  }

  /** An option of the engine's connector that this API has no word for: docs/connectors.md lists them. */
  option(name: string, value: string | number | boolean): this {
    return this.say(name, value);
  }

  /** @internal */
  writing(): Writing {
    if (this.said.has("table")) return this.rows();
    if (!this.sql) throw new Error('this MySQL sink has no statement: add .statement("insert into ...") to it');
    const wanted = parameterCount(this.sql);
    const { parameters } = this.parameters;
    const indices = Array.from({ length: Math.max(wanted, ...parameters.keys()) }, (_, i) => i + 1);
    const columns = indices.map((i) => {
      const found = parameters.get(i);
      if (i > wanted) throw new Error(`the statement has ${wanted} parameters, but number ${i} is set`);
      if (!found) throw new Error(`parameter ${i} of the statement is not set: add s.setString(${i}, record => ...)`);
      return found;
    });
    return writingOf(columns);
  }

  private rows(): Writing {
    const { columnNames, keyNames } = this;
    if (columnNames.length === 0) return writingFields(keyNames);
    const field = (name: string): Column => ({ name, extract: (record) => (record as Record<string, unknown>)[name] });
    return writingOf(columnNames.map(field), keyNames);
  }
}
