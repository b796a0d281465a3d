// Event time under Node: each record gets its time and the watermark of its split just before it. Of several splits the one that is
// furthest behind is read next, as in the engine.
import type { Item, Pull } from "./flow.ts";
import { checkedSpan, checkedTime } from "./time.ts";
import type { TimestampOptions } from "./time.ts";

/** The records with their times; without a function with those of their source. */
export function timed(before: Pull, timeOf: ((value: unknown) => number) | undefined, options: TimestampOptions): Pull {
  const outOfOrder = checkedSpan(options.outOfOrder ?? 0, "outOfOrder", 0);
  checkedSpan(options.idleAfter ?? 0, "idleAfter", 0);
  checkedSpan(options.maxDrift ?? 0, "maxDrift", 0);
  return function* (read) {
    const splits = new Map<number, { items: Item[]; next: number; latest: number }>();
    for (const item of before(read)) {
      const split = splits.get(item.split) ?? { items: [], next: 0, latest: -Infinity };
      splits.set(item.split, split);
      split.items.push(item);
    }
    for (;;) {
      const left = [...splits.values()].filter((s) => s.next < s.items.length);
      const [split] = left.sort((a, b) => (a.latest < b.latest ? -1 : a.latest > b.latest ? 1 : 0));
      const item = split?.items[split.next++];
      if (split === undefined || item === undefined) return;
      const time = checkedTime(timeOf === undefined ? item.time : timeOf(item.value), "the time of a record");
      yield { ...item, time, mark: split.latest - outOfOrder - 1 };
      split.latest = Math.max(split.latest, time);
    }
  };
}
