// Redis under Node: what the classes of generated.ts write, by what they were told.
import { Sink, whole, writingFields, writingOf } from "./sinks.ts";
import type { Column, Writing } from "./sinks.ts";
import { Source } from "./sources.ts";

/** Entries of a Redis stream. */
export class RedisStreamSource<in out T> extends Source<T> {}

/** What Redis writes: with `hash`, `set`, `stream` or `channel` said, into that. */
export abstract class RedisWriting<in out T> extends Sink<T> {
  /** @internal */
  writing(): Writing {
    const { said, written } = this;
    if (said.has("channel")) return writingOf([written.get("value") ?? whole("value")]);
    if (said.has("stream")) {
      const told = ["key", "value"].flatMap((name) => written.get(name) ?? []);
      return told.length > 0 ? writingOf(told) : writingFields();
    }
    const key = this.needed("key");
    if (said.has("set")) return writingOf([{ ...key, name: "member" }, this.needed("score")], ["member"]);
    return writingOf([key, this.needed("value")], ["key"]);
  }

  private needed(name: string): Column {
    const column = this.written.get(name);
    if (!column) throw new Error(`this Redis sink has no ${name}: add .${name}Extractor(record => ...) to it`);
    return column;
  }
}
