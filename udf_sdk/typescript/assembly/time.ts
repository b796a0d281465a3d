// Spans of time and how streams are cut into windows, on their way into the graph. Runs in main, but for `millis` and its like.
import { Some } from "./boxes";
import { addNode, failAt, needTime, Node } from "./graph";

/** A hundred million days: further from 1970 no time is. */
export const LAST_TIME: f64 = 8.64e15;

export function millis(n: f64): f64 {
  return n;
}

export function seconds(n: f64): f64 {
  return n * 1000;
}

export function minutes(n: f64): f64 {
  return n * 60000;
}

export function hours(n: f64): f64 {
  return n * 3600000;
}

export function days(n: f64): f64 {
  return n * 86400000;
}

/** A span as a member of the graph: whole milliseconds, not below `least`; 0 is left out. */
export function spanMember(name: string, what: string, ms: f64, least: f64, meta: string): string {
  const isWhole = ms >= -LAST_TIME && ms <= LAST_TIME && ms == Math.floor(ms);
  if (!isWhole || ms < least) {
    const wanted = least > 0 ? "a positive number of whole milliseconds" : least == 0 ? "0 or a positive number of whole milliseconds" : "a number of whole milliseconds";
    failAt(meta, what + " is " + ms.toString().replace(".0", "") + ": it is " + wanted + ", such as seconds(10) or minutes(1)");
  }
  return ms == 0 ? "" : ',"' + name + '":' + (<i64>ms).toString();
}

/** The same of an option; one that is left out is 0. */
export function optionalSpan(name: string, what: string, ms: Some<f64> | null, meta: string): string {
  return ms === null ? "" : spanMember(name, what, ms.value, 0, meta);
}

/** Adds the operator that gives records their times. `time`: job.proto's Extractor; "" = the source's own. */
export function addTimestamps(
  edge: string,
  type: string,
  time: string,
  outOfOrder: Some<f64> | null,
  idleAfter: Some<f64> | null,
  maxDrift: Some<f64> | null,
  meta: string,
): Node {
  needTime();
  let out = time.length ? ',"time":' + time : "";
  out += optionalSpan("outOfOrderMs", "outOfOrder", outOfOrder, meta) + optionalSpan("idleAfterMs", "idleAfter", idleAfter, meta);
  out += optionalSpan("maxDriftMs", "maxDrift", maxDrift, meta);
  return addNode(edge, type, '"timestamps":{' + members(out) + "}", meta);
}

/** How time is cut into windows. */
export abstract class Windows {
  /** @param text the member of the oneof. @param joins whether records of a key meet in states that are merged. */
  constructor(
    public text: string,
    public isSession: bool,
    public joins: bool,
  ) {}
}

export class FixedWindow extends Windows {
  static of(size: f64, offset: Some<f64> | null, meta: string): FixedWindow {
    return new FixedWindow('"fixed":{' + members(spanMember("sizeMs", "the window's size", size, 1, meta) + offsetMember(offset, meta)) + "}", false, false);
  }
}

export class SlidingWindow extends Windows {
  static of(size: f64, slide: f64, offset: Some<f64> | null, meta: string): SlidingWindow {
    const spans = spanMember("sizeMs", "the window's size", size, 1, meta) + spanMember("slideMs", "the window's slide", slide, 1, meta);
    if (slide > size) failAt(meta, "the window slides by more than its size, so that records would be in none: let it slide by its size or less");
    return new SlidingWindow('"sliding":{' + members(spans + offsetMember(offset, meta)) + "}", false, slide != size);
  }
}

export class SessionWindow extends Windows {
  static of(gap: f64, meta: string): SessionWindow {
    return new SessionWindow('"session":{' + members(spanMember("gapMs", "the session's gap", gap, 1, meta)) + "}", true, true);
  }
}

function offsetMember(offset: Some<f64> | null, meta: string): string {
  return offset === null ? "" : spanMember("offsetMs", "the window's offset", offset.value, -LAST_TIME, meta);
}

/** Members without the comma before the first one. */
export function members(text: string): string {
  return text.length ? text.substring(1) : text;
}
