// Kafka topics under Node: what a message is, and what the classes of generated.ts do with what they were told.
import type { Schema } from "./generated.ts";
import { Sink, whole, writingOf } from "./sinks.ts";
import type { Writing } from "./sinks.ts";
import { Source, SourceBuilder } from "./sources.ts";

/** A header of a message. */
export interface Header {
  name: string;
  value: string | null;
}

/** A message around its value. */
export interface KafkaMessage<T> {
  key: string | null;
  value: T;
  /** Milliseconds since 1970. */
  timestamp: number;
  partition: number;
  offset: bigint;
  topic: string;
  headers: Header[];
}

/** What a message type of your own may have: any of the fields of KafkaMessage, and no others. */
export interface MessageFields {
  key?: string | null;
  value?: unknown;
  timestamp?: number | bigint | null;
  partition?: number | bigint | null;
  offset?: number | bigint | null;
  topic?: string | null;
  headers?: { name: string; value: string | null }[] | null;
}

/** Messages of a Kafka topic. */
export class KafkaSource<in out T> extends Source<T> {}

/** What KafkaBuilder builds besides records: messages. */
export abstract class KafkaReading extends SourceBuilder {
  /**
   * The source of whole messages: key, time, place and headers around the value.
   *
   * @param schema how the value is decoded
   * @example Kafka.builder().brokers(["localhost:9092"]).topic("orders").buildMessages<KafkaMessage<Order>>()
   */
  buildMessages<M extends MessageFields>(schema?: Schema): KafkaSource<M> {
    const topic = this.base();
    return new KafkaSource<M>(topic, (given, index) => message(given, index, topic));
  }
}

/** A message of which Node was given some fields. */
function message(given: unknown, index: number, topic: string): object {
  if (typeof given !== "object" || given === null)
    throw new TypeError("a source of messages is given objects with a field 'value': { key: \"a\", value: ... }");
  return { key: null, timestamp: 0, partition: 0, offset: BigInt(index), topic, headers: [], ...given };
}

/** What KafkaSink writes. */
export abstract class KafkaWriting<in out T> extends Sink<T> {
  /** @internal */
  writing(): Writing {
    if (!this.said.has("topic")) throw new Error("this Kafka sink has no topic: add .topic(name) to it");
    const columns = new Map([["value", whole("value")], ...this.written]);
    return writingOf(["key", "value", "timestamp", "headers"].flatMap((name) => columns.get(name) ?? []));
  }
}
