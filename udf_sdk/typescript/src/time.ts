// Event time as a program names it: spans, windows, side outputs. Checked here as the compiled module checks them.

/** The furthest time from 1970, in milliseconds. */
const LAST_TIME = 8.64e15;

/** So many milliseconds: itself, where a program spells out the unit. */
export function millis(n: number): number {
  return n;
}

/**
 * So many seconds, as milliseconds.
 *
 * @example stream.withTimestamps((view) => view.at, { outOfOrder: seconds(5) })
 */
export function seconds(n: number): number {
  return n * 1000;
}

/**
 * So many minutes, as milliseconds.
 *
 * @example FixedWindow.of(minutes(1))
 */
export function minutes(n: number): number {
  return n * 60_000;
}

/** So many hours, as milliseconds. */
export function hours(n: number): number {
  return n * 3_600_000;
}

/** So many days of 24 hours, as milliseconds. */
export function days(n: number): number {
  return n * 86_400_000;
}

/** @internal A time: whole milliseconds. */
export function checkedTime(time: number, what: string): number {
  if (!Number.isInteger(time) || Math.abs(time) > LAST_TIME)
    throw new RangeError(`${what} is ${time}: a time is a number of whole milliseconds since 1970`);
  return time;
}

/** @internal A span: whole milliseconds, not below `least`. */
export function checkedSpan(ms: number, what: string, least: number): number {
  const wanted = least > 0 ? "a positive number" : least === 0 ? "0 or a positive number" : "a number";
  if (!Number.isInteger(ms) || ms < least)
    throw new RangeError(`${what} is ${ms}: it is ${wanted} of whole milliseconds, such as seconds(10) or minutes(1)`);
  return ms;
}

/** How records get their times, besides the function. All spans are milliseconds: `seconds(5)`. */
export interface TimestampOptions {
  /**
   * How far behind the latest time of its split (a partition, a file) a record may be without being late; 0 unless
   * told. Results wait for as long.
   */
  outOfOrder?: number;
  /** A split that brings nothing for so long holds no other back. Unless told, all are waited for. */
  idleAfter?: number;
  /** How far ahead of the slowest split another one is read; an hour of event time unless told. */
  maxDrift?: number;
}

/** How time is cut into windows: `FixedWindow.of(...)`, `SlidingWindow.of(...)` or `SessionWindow.of(...)`. */
export abstract class Windows {
  /** @internal The windows of a time, earliest first; of a session, the one that it begins. */
  abstract of(time: number): { start: number; end: number }[];

  /** @internal Windows of a key that overlap are one. */
  get areSessions(): boolean {
    return false;
  }
}

/** Windows of one size, one behind the other. */
export class FixedWindow extends Windows {
  private readonly size: number;
  private readonly offset: number;

  private constructor(size: number, offset: number) {
    super();
    this.size = size;
    this.offset = offset;
  }

  /**
   * Windows `[start, start + size)` that begin at the multiples of `size`, counted from 1970 in UTC, plus `offset`.
   *
   * @param size milliseconds
   * @param offset milliseconds: days that begin at six o'clock are `FixedWindow.of(days(1), hours(6))`
   * @example views.keyBy((v) => v.page).window(FixedWindow.of(minutes(1))).count()
   */
  static of(size: number, offset: number = 0): FixedWindow {
    return new FixedWindow(checkedSpan(size, "the window's size", 1), checkedSpan(offset, "the window's offset", -LAST_TIME));
  }

  /** @internal */
  of(time: number): { start: number; end: number }[] {
    const start = floorTo(time, this.size, this.offset);
    return [{ start, end: start + this.size }];
  }
}

/** Windows of one size that overlap: each record is in several. */
export class SlidingWindow extends Windows {
  private readonly size: number;
  private readonly slide: number;
  private readonly offset: number;

  private constructor(size: number, slide: number, offset: number) {
    super();
    this.size = size;
    this.slide = slide;
    this.offset = offset;
  }

  /**
   * Windows `[start, start + size)` that begin every `slide` milliseconds, counted from 1970 in UTC, plus `offset`.
   *
   * @param slide not more than `size`, else records would be in none
   * @example readings.keyBy((r) => r.sensor).window(SlidingWindow.of(hours(1), minutes(15))).reduce(...)
   */
  static of(size: number, slide: number, offset: number = 0): SlidingWindow {
    checkedSpan(size, "the window's size", 1);
    checkedSpan(slide, "the window's slide", 1);
    if (slide > size)
      throw new RangeError("the window slides by more than its size, so that records would be in none: let it slide by its size or less");
    return new SlidingWindow(size, slide, checkedSpan(offset, "the window's offset", -LAST_TIME));
  }

  /** @internal */
  of(time: number): { start: number; end: number }[] {
    const windows: { start: number; end: number }[] = [];
    for (let start = floorTo(time, this.slide, this.offset); start + this.size > time; start -= this.slide)
      windows.unshift({ start, end: start + this.size });
    return windows;
  }
}

/** Windows that last as long as records of a key follow each other. */
export class SessionWindow extends Windows {
  private readonly gap: number;

  private constructor(gap: number) {
    super();
    this.gap = gap;
  }

  /**
   * A session of a key: from its first record to `gap` milliseconds behind its last. Records exactly `gap` apart are
   * two sessions. What is asked of it puts two sessions together when a record between them comes, so an `aggregate`
   * needs a `merge`.
   *
   * @example views.keyBy((v) => v.user).window(SessionWindow.of(minutes(30))).count()
   */
  static of(gap: number): SessionWindow {
    return new SessionWindow(checkedSpan(gap, "the session's gap", 1));
  }

  /** @internal */
  of(time: number): { start: number; end: number }[] {
    return [{ start: time, end: time + this.gap }];
  }

  /** @internal */
  override get areSessions(): boolean {
    return true;
  }
}

function floorTo(time: number, step: number, offset: number): number {
  return Math.floor((time - offset) / step) * step + offset;
}

/** A window of one key, `[start, end)`. A session starts at its first record and ends a gap behind its last. */
export interface Window<K> {
  key: K;
  /** The first millisecond that is in the window. */
  start: number;
  /** The first millisecond behind the window. */
  end: number;
}

/** A window over all records, `[start, end)`. */
export interface AllWindow {
  /** The first millisecond that is in the window. */
  start: number;
  /** The first millisecond behind the window. */
  end: number;
}

/** How many records of a key a window has. */
export interface WindowCount<K> {
  key: K;
  start: number;
  end: number;
  count: number;
}

/** How many records a window over all has. */
export interface AllWindowCount {
  start: number;
  end: number;
  count: number;
}

/** A record among the best of a key and window. */
export interface Ranking<K, T> {
  key: K;
  start: number;
  end: number;
  /** 1 is the best. */
  rank: number;
  value: T;
}

/** A record among the best of a window over all. */
export interface AllRanking<T> {
  start: number;
  end: number;
  /** 1 is the best. */
  rank: number;
  value: T;
}

/**
 * A second output of an operator, by its name: for late records (`lateTo`), and for what a process function hands on
 * with `ctx.emitTo`. It is read with `stream.sideOutput(tag)` directly behind the operator.
 */
export class SideOutput<T> {
  /** The name, unique among the side outputs of its operator. */
  readonly name: string;
  /** Says only which records it takes. */
  declare private readonly takes: (record: T) => T;

  private constructor(name: string) {
    this.name = name;
  }

  /**
   * @example
   * const late = SideOutput.of<View>("late");
   * const counts = views.keyBy((v) => v.page).window(FixedWindow.of(minutes(1))).lateTo(late).count();
   * counts.sideOutput(late).sink(...);
   */
  static of<T>(name: string): SideOutput<T> {
    if (name === "") throw new Error('a side output has a name: SideOutput.of<Late>("late")');
    return new SideOutput<T>(name);
  }
}
