// Kafka topics: where reading starts, whole messages, and the columns of a message. The classes that a job names stand in
// generated.ts, on top of these.
import { failAt, Node } from "./graph";
import { Pairs } from "./options";
import { Schema } from "./schema";
import { addSink, Column, columnOf, Sink, Whole } from "./sinks";
import { Source, SourceBuilder } from "./sources";

export class KafkaSource<T> extends Source<T> {}

export abstract class KafkaReading extends SourceBuilder {
  protected startsFrom(position: string): void {
    this.start(position, "");
  }

  protected startsAt(time: string, meta: string): void {
    if (!time.length) failAt(meta, 'startAt takes milliseconds since 1970 or ISO 8601 text, such as "2026-01-31T12:00:00Z"');
    this.start("timestamp", time);
  }

  protected startsAtOffsets(offsets: Pairs, meta: string): void {
    let out = "";
    for (let i = 0; i < offsets.length; i += 2) out += (i ? "," : "") + offsets[i]! + ":" + offsets[i + 1]!;
    if (!out.length) failAt(meta, "startAtOffsets needs an offset for at least one partition: startAtOffsets({ 0: 12 })");
    this.start("offsets", out);
  }

  /** What was said last stands. */
  private start(position: string, detail: string): void {
    this.options.remove("start.timestamp");
    this.options.remove("start.offsets");
    this.options.set("start", position);
    if (detail.length) this.options.set("start." + position, detail);
  }

  buildMessages<M>(schema: Schema | null = null, meta: string = ""): KafkaSource<M> {
    this.check(meta);
    const source = new KafkaSource<M>("kafka", this.options.copy());
    source.describe(schema, this.policy);
    source.setEnvelope();
    return source;
  }
}

/** Writes a message for each record. */
export abstract class KafkaWriting<T> extends Sink<T> {
  protected encodeAs(schema: Schema): void {
    this.options.set("format", schema.format);
    this.options.setUnder("format", schema.pairs);
  }

  attach(input: string, meta: string): Node {
    this.check(meta);
    const columns: Array<Column<T>> = [];
    const names = ["key", "value", "timestamp", "headers"];
    for (let i = 0; i < names.length; i++) {
      const column = columnOf<T>(this.written, names[i]);
      if (column) columns.push(column);
      else if (i == 1) columns.push(new Whole<T>("value"));
    }
    return addSink<T>(input, "kafka", this.options, columns, [], meta);
  }
}
