// Date, as far as it depends on nothing but its argument: moments in UTC, ISO 8601 text with a zone.
// Days and years of the proleptic Gregorian calendar are counted from March, so that the leap day ends a year.
import { throwRange } from "./errors";
import { number_toString } from "./numbers";

const DAY: f64 = 86400000;
const MOST: f64 = 8640000000000000;

/** A moment: milliseconds since 1970, NaN for an invalid one. */
export class JsDate {
  constructor(public time: f64) {}
}

export function date_ofTime(time: f64): JsDate {
  return new JsDate(clipped(time));
}

export function date_ofText(text: string): JsDate {
  return new JsDate(date_parse(text));
}

export function date_ofDate(other: JsDate): JsDate {
  return new JsDate(other.time);
}

export function date_getTime(date: JsDate): f64 {
  return date.time;
}

export function date_getUTCFullYear(date: JsDate): f64 {
  return part(date, 0);
}

export function date_getUTCMonth(date: JsDate): f64 {
  return part(date, 1);
}

export function date_getUTCDate(date: JsDate): f64 {
  return part(date, 2);
}

export function date_getUTCDay(date: JsDate): f64 {
  return within(Math.floor(date.time / DAY) + 4, 7);
}

export function date_getUTCHours(date: JsDate): f64 {
  return Math.floor(within(date.time, DAY) / 3600000);
}

export function date_getUTCMinutes(date: JsDate): f64 {
  return Math.floor(within(date.time, 3600000) / 60000);
}

export function date_getUTCSeconds(date: JsDate): f64 {
  return Math.floor(within(date.time, 60000) / 1000);
}

export function date_getUTCMilliseconds(date: JsDate): f64 {
  return within(date.time, 1000);
}

export function date_toISOString(date: JsDate, file: string, line: i32, column: i32): string {
  if (date.time != date.time) throwRange("Invalid time value", "an invalid Date has no toISOString(): test Number.isNaN(date.getTime()) first", file, line, column);
  const year = <i32>part(date, 0);
  const sign = year < 0 ? "-" : "+";
  const digits = year < 0 || year > 9999 ? sign + padded(abs(year), 6) : padded(year, 4);
  const day = digits + "-" + padded(<i32>part(date, 1) + 1, 2) + "-" + padded(<i32>part(date, 2), 2);
  const minutes = padded(<i32>date_getUTCHours(date), 2) + ":" + padded(<i32>date_getUTCMinutes(date), 2);
  const seconds = padded(<i32>date_getUTCSeconds(date), 2) + "." + padded(<i32>date_getUTCMilliseconds(date), 3);
  return day + "T" + minutes + ":" + seconds + "Z";
}

/** Year, month, day, hours, minutes, seconds and milliseconds, from the second on 0 or 1 where missing. */
export function date_UTC(parts: Array<f64>): f64 {
  const year = Math.trunc(at(parts, 0, NaN));
  const whole = year >= 0 && year <= 99 ? 1900 + year : year;
  const days = daysBefore(whole, Math.trunc(at(parts, 1, 0))) + Math.trunc(at(parts, 2, 1)) - 1;
  const minutes = Math.trunc(at(parts, 3, 0)) * 60 + Math.trunc(at(parts, 4, 0));
  const time = minutes * 60000 + Math.trunc(at(parts, 5, 0)) * 1000 + Math.trunc(at(parts, 6, 0));
  return clipped(days * DAY + time);
}

/** The moment of `2024-02-29`, `2024-02-29T12:00:00.123Z` or `...+02:00`; NaN for any other text. */
export function date_parse(text: string): f64 {
  scanned = text;
  index = 0;
  const time = scannedTime();
  scanned = ""; // no call leaves a text behind
  return time;
}

function scannedTime(): f64 {
  const sign = next("+") ? 1 : next("-") ? -1 : 0;
  const year = digits(sign ? 6 : 4);
  const month = next("-") ? digits(2) : 1;
  const day = index > (sign ? 7 : 4) && next("-") ? digits(2) : 1;
  let time: f64 = 0;
  let zone: f64 = 0;
  if (next("T") || next("t")) {
    const hours = digits(2);
    const minutes = next(":") ? digits(2) : NaN;
    const seconds = next(":") ? digits(2) : 0;
    time = (hours * 60 + minutes) * 60000 + seconds * 1000 + (next(".") ? fraction() : 0);
    const isInside = hours < 24 ? minutes < 60 && seconds < 60 : time == DAY;
    zone = next("Z") || next("z") ? 0 : offset();
    if (!isInside) return NaN;
  }
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (index != scanned.length || !isDay || (sign < 0 && year == 0)) return NaN;
  return clipped((daysBefore(sign < 0 ? -year : year, month - 1) + day - 1) * DAY + time - zone);
}

let scanned: string = "";
let index: i32 = 0;

function next(unit: string): bool {
  if (index >= scanned.length || scanned.charCodeAt(index) != unit.charCodeAt(0)) return false;
  index++;
  return true;
}

/** The number of exactly so many digits, else NaN. */
function digits(count: i32): f64 {
  let value: f64 = 0;
  for (let i = 0; i < count; i++, index++) {
    const digit = index < scanned.length ? scanned.charCodeAt(index) - 48 : -1;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** Milliseconds of the digits behind a point; those behind the third are cut off. */
function fraction(): f64 {
  let value: f64 = 0;
  let scale: f64 = 100;
  const start = index;
  for (; index < scanned.length; index++) {
    const digit = scanned.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) break;
    if (scale >= 1) value += digit * scale;
    scale /= 10;
  }
  return index > start ? value : NaN;
}

/** `+02:00` in milliseconds. */
function offset(): f64 {
  const sign: f64 = next("+") ? 1 : next("-") ? -1 : NaN;
  const hours = digits(2);
  const minutes = next(":") ? digits(2) : NaN;
  return hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) * 60000 : NaN;
}

function at(parts: Array<f64>, i: i32, otherwise: f64): f64 {
  return i < parts.length ? parts[i] : otherwise;
}

function padded(value: i32, width: i32): string {
  return number_toString(value).padStart(width, "0");
}

function clipped(time: f64): f64 {
  return Math.abs(time) <= MOST ? Math.trunc(time) + 0 : NaN;
}

function within(value: f64, size: f64): f64 {
  return value - Math.floor(value / size) * size;
}

/** Days from 1970 to the first of a month, counted from 0 and beyond 11 into other years. */
function daysBefore(year: f64, month: f64): f64 {
  const fromMarch = within(month - 2, 12);
  const y = year + Math.floor((month - 2) / 12);
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leapDays + Math.floor((fromMarch * 153 + 2) / 5) - 719468;
}

/** Year, month (0 to 11) or day (1 to 31) of a moment. */
function part(date: JsDate, which: i32): f64 {
  if (date.time != date.time) return NaN;
  const days = Math.floor(date.time / DAY) + 719468;
  const era = Math.floor(days / 146097);
  const ofEra = days - era * 146097;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365);
  const ofYear = ofEra - (yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((ofYear * 5 + 2) / 153);
  if (which == 2) return ofYear - Math.floor((fromMarch * 153 + 2) / 5) + 1;
  if (which == 1) return fromMarch < 10 ? fromMarch + 2 : fromMarch - 10;
  return yearOfEra + era * 400 + (fromMarch >= 10 ? 1 : 0);
}
