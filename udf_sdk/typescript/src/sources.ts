// What all sources have in common, and the source of any connector by its kind.
import { addEndpoint, nextSplit } from "./flow.ts";
import type { BadRecordPolicy } from "./generated.ts";
import { nameOf } from "./options.ts";
import { crossing } from "./records.ts";
import type { ExecutionContext } from "./streams.ts";
import { Stream } from "./streams.ts";

/** Where records of type T come from. */
export abstract class Source<in out T> {
  private readonly base: string;
  private readonly read: (record: unknown, index: number) => unknown;

  /** @internal `read` makes a record of what Node is given for it. */
  constructor(base: string, read: (record: unknown, index: number) => unknown = (record) => record) {
    this.base = base;
    this.read = read;
  }

  /**
   * Starts a stream in a job. A source of `string` gives lines; one of an object type reads JSON, one object a line
   * or message, unless a Schema says otherwise.
   */
  createFlow(ctx: ExecutionContext): Stream<T> {
    const endpoint = addEndpoint("source", this.base);
    const made = this.read;
    return new Stream<T>(function* (read) {
      let index = 0;
      for (const records of read(endpoint)) {
        const split = nextSplit();
        for (const record of records) yield { value: crossing(made(record, index++)), time: ownTime(record), mark: -Infinity, split };
      }
    }, endpoint);
  }
}

/** The time that the source itself has for a record: a message's field `timestamp`. */
function ownTime(record: unknown): number {
  const time: unknown = typeof record === "object" && record !== null && "timestamp" in record ? record.timestamp : NaN;
  return typeof time === "bigint" || typeof time === "number" ? Number(time) : NaN;
}

/** A source that is being described. */
export abstract class SourceBuilder {
  /** @internal The connector's. */
  protected abstract readonly kind: string;
  /** @internal What was told, by the connector's option. */
  protected readonly said = new Map<string, unknown>();

  /** @internal */
  protected say(option: string, value: unknown): this {
    this.said.set(option, value);
    return this;
  }

  /** @internal The source's name unless name(x) says otherwise. */
  protected base(): string {
    return nameOf(this.kind, (option) => this.said.get(option));
  }
}

/** Records from a system that a connector package of the engine knows. */
export class ConnectorSource<in out T> extends Source<T> {
  /** What becomes of a message that cannot be read as a T; the connector's own way unless told. */
  badRecords(policy: BadRecordPolicy): this {
    return this;
  }
}
