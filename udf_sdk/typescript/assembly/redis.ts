// Redis: what a sink writes by its command. The classes that a job names stand in generated.ts, on top of these.
import { failAt, Node } from "./graph";
import { addSink, Column, columnOf, parts, Sink, Whole } from "./sinks";
import { Source } from "./sources";

/** Upserts a value per key, or what its command says. */
export abstract class RedisWriting<T> extends Sink<T> {
  private command: string = "set";

  constructor() {
    super();
    this.options.set("host", "");
    this.options.set("port", "6379");
  }

  protected writesWith(command: string, option: string, name: string, meta: string): void {
    if (this.command != "set") failAt(meta, "this Redis sink writes something else already: a sink has one of hash, sortedSet, stream and channel");
    if (!name.length) failAt(meta, "the name is empty");
    this.command = command;
    this.options.set("command", command);
    this.options.set(option, name);
  }

  attach(input: string, meta: string): Node {
    this.check(meta);
    this.checkMeant("scoreExtractor", columnOf<T>(this.written, "score") !== null, "zadd", "sortedSet", meta);
    this.checkMeant("maxLength", this.options.get("maxlen").length > 0, "xadd", "stream", meta);
    const columns = this.columns(meta);
    const isUpsert = this.command != "xadd" && this.command != "publish";
    return addSink<T>(input, "redis", this.options, columns, isUpsert ? [columns[0].written] : [], meta);
  }

  /** What is said must mean something for what the sink writes. */
  private checkMeant(said: string, isSaid: bool, command: string, method: string, meta: string): void {
    if (!isSaid || this.command == command) return;
    failAt(meta, said + " is for a " + method + ": add ." + method + "(name), or leave it out");
  }

  private columns(meta: string): Array<Column<T>> {
    const columns: Array<Column<T>> = [];
    if (this.command == "publish") {
      const value = columnOf<T>(this.written, "value");
      columns.push(value ? value : new Whole<T>("value"));
      return columns;
    }
    if (this.command == "xadd") return this.written.length ? this.written : parts<T>();
    const isSorted = this.command == "zadd";
    columns.push(this.need("key", meta));
    columns.push(this.need(isSorted ? "score" : "value", meta));
    columns[0].alias = isSorted ? "member" : "";
    return columns;
  }

  private need(name: string, meta: string): Column<T> {
    const column = columnOf<T>(this.written, name);
    if (!column) failAt(meta, "this Redis sink has no " + name + ": add ." + name + "Extractor(record => ...) to it");
    return column!;
  }
}

export class RedisStreamSource<T> extends Source<T> {}
