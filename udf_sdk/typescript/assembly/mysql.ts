// MySQL as the user names it: a statement with its parameters, or a table with its columns.
import { failAt, Node } from "./graph";
import { counted } from "./js/fail";
import { isWhole, Options, wholeText } from "./options";
import { addSink, Column, columnOf, Extracted, parts, Sink } from "./sinks";
import { parameterCount } from "./sql";

export class MysqlConnectionOptions {
  constructor(public options: Options) {}
}

/** A connection that is being described. */
export abstract class MysqlConnecting {
  protected options: Options = new Options();

  /** Ends the build if something is missing. */
  abstract check(meta: string): void;

  build(meta: string = ""): MysqlConnectionOptions {
    this.check(meta);
    return new MysqlConnectionOptions(this.options.copy());
  }
}

/** The parameters of a statement, counted from 1. */
export class MysqlStatement<T> {
  columns: Array<Column<T>> = [];
  metas: Array<string> = [];

  setNumber<U>(index: f64, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    return this.set<U>(index, env, fn, meta);
  }

  setString<U>(index: f64, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    return this.set<U>(index, env, fn, meta);
  }

  setBoolean<U>(index: f64, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    return this.set<U>(index, env, fn, meta);
  }

  setBigInt<U>(index: f64, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    return this.set<U>(index, env, fn, meta);
  }

  private set<U>(index: f64, env: usize, fn: (env: usize, value: T) => U, meta: string): this {
    if (!isWhole(index, 1, 65535)) failAt(meta, "the parameters of a statement are counted from 1: 1 is the first ?");
    const name = wholeText(index);
    if (columnOf<T>(this.columns, name)) {
      failAt(meta, "parameter " + name + " of the statement is set twice: give each ? its own number");
    }
    this.columns.push(new Extracted<T, U>(name, env, fn, meta));
    this.metas.push(meta);
    return this;
  }
}

/** Runs a statement for each record, or writes rows of a table. */
export class Mysql<T> extends Sink<T> {
  private connected: MysqlConnectionOptions | null = null;
  private sql: string = "";
  private parameters: MysqlStatement<T> = new MysqlStatement<T>();
  private extractorsMeta: string = "";
  private tableName: string = "";
  private columnNames: Array<string> = [];
  private keyNames: Array<string> = [];

  static new<T>(): Mysql<T> {
    return new Mysql<T>();
  }

  connection(options: MysqlConnectionOptions): this {
    this.connected = options;
    return this;
  }

  statement(sql: string): this {
    this.sql = sql;
    return this;
  }

  extractors(env: usize, fn: (env: usize, statement: MysqlStatement<T>) => void, meta: string): this {
    this.extractorsMeta = meta;
    fn(env, this.parameters);
    return this;
  }

  table(name: string): this {
    this.tableName = name;
    return this;
  }

  columns(names: Array<string>): this {
    this.columnNames = names;
    return this;
  }

  keys(names: Array<string>): this {
    this.keyNames = names;
    return this;
  }

  option(name: string, value: string): this {
    this.options.set(name, value);
    return this;
  }

  attach(input: string, meta: string): Node {
    const connected = this.connected;
    if (!connected) {
      failAt(meta, "this MySQL sink has no connection: add .connection(new MysqlConnectionOptionsBuilder()....build()) to it");
    }
    const isTable = this.tableName.length > 0;
    if (isTable == this.sql.length > 0) {
      failAt(meta, 'a MySQL sink has either a statement or a table: add .statement("insert into t (id) values (?)") or .table("t")');
    }
    const options = connected!.options.copy();
    if (isTable) options.set("table", this.tableName);
    else options.set("statement", this.sql);
    options.setFrom(this.options);
    const columns = isTable ? this.rows(meta) : this.values(meta);
    return addSink<T>(input, "mysql", options, columns, isTable ? this.keyNames : [], meta);
  }

  /** The parameters in order; each `?` has one. */
  private values(sinkMeta: string): Array<Column<T>> {
    if (this.columnNames.length || this.keyNames.length) {
      failAt(sinkMeta, 'columns and keys are for a table; which columns of a statement are its key says .option("key", "id")');
    }
    const count = parameterCount(this.sql);
    const meta = this.extractorsMeta.length ? this.extractorsMeta : sinkMeta;
    if (!count) failAt(meta, "the statement has no parameters: write a ? for each value");
    const given = this.parameters;
    for (let i = 0; i < given.columns.length; i++) {
      const name = given.columns[i].name;
      if (<i32>parseInt(name) > count) {
        const has = "the statement has " + counted(count, "parameter");
        failAt(given.metas[i], has + ", so there is no parameter " + name + ": write another ?, or leave this out");
      }
    }
    const columns: Array<Column<T>> = [];
    for (let i = 1; i <= count; i++) {
      const column = columnOf<T>(given.columns, i.toString());
      if (!column) failAt(meta, missing(i, this.extractorsMeta.length > 0));
      columns.push(column!);
    }
    return columns;
  }

  private rows(meta: string): Array<Column<T>> {
    const all = parts<T>();
    if (this.extractorsMeta.length) {
      failAt(this.extractorsMeta, "extractors are for a statement: a table takes the fields of the record by name");
    }
    this.checkKeys(meta);
    if (!this.columnNames.length) return all;
    const columns: Array<Column<T>> = [];
    for (let i = 0; i < this.columnNames.length; i++) {
      const column = columnOf<T>(all, this.columnNames[i]);
      if (!column) failAt(meta, "the record has no field " + this.columnNames[i]);
      columns.push(column!);
    }
    return columns;
  }

  /** The key must be among what is written. */
  private checkKeys(meta: string): void {
    for (let i = 0; i < this.keyNames.length; i++) {
      if (!this.columnNames.length || this.columnNames.includes(this.keyNames[i])) continue;
      failAt(meta, "the key " + this.keyNames[i] + " is not among the columns: add it to .columns([...])");
    }
  }
}

function missing(index: i32, hasExtractors: bool): string {
  const call = "s.setString(" + index.toString() + ", record => ...)";
  const text = "parameter " + index.toString() + " of the statement is not set: add ";
  return text + (hasExtractors ? call + " (or setNumber, setBoolean, setBigInt)" : ".extractors(s => { " + call + "; })");
}
