// JSON.stringify: the text of any value whose type is known. Records and classes have a method `__json` that the compiler writes.
import { JsDate, date_toISOString } from "./dates";
import { number_toString } from "./numbers";
import { Some } from "../boxes";
import { failAt } from "./fail";
import { Mixed, Tree, isMixed, isUndefinedIn, mixed_is } from "./mixed";
import { joinTexts } from "./text";
import { piece, unitAt } from "./units";

/** The value as JSON; what is missing is null. */
export function json_text<T>(v: T): string {
  if (isReference<T>()) {
    if (isNullable<T>()) {
      if (changetype<usize>(v) == 0) return "null";
      return textOf<NonNullable<T>>(changetype<NonNullable<T>>(v));
    }
    return textOf<T>(v);
  } else if (isFloat<T>()) {
    return v - v == 0 ? number_toString(<f64>v) : "null";
  } else {
    return v ? "true" : "false";
  }
}

function textOf<T>(v: T): string {
  if (isString<T>()) return json_quote(changetype<string>(v));
  else if (isMixed<T>()) return mixedText(changetype<Mixed>(v));
  else if (isDefined(v.__isBox)) return json_text(v.value);
  else if (isArray<T>()) return listText<valueof<T>>(changetype<Array<valueof<T>>>(v));
  else if (idof<T>() == idof<JsDate>()) return dateText(changetype<JsDate>(v));
  else if (isDefined(v.__json)) return v.__json();
  else return "{}"; // a Map or a Set
}

/** Of what JSON.parse makes; of other objects the compiler has said that they are none. */
function mixedText(v: Mixed): string {
  if (mixed_is<string>(v)) return json_quote(changetype<string>(v));
  if (mixed_is<Some<f64>>(v)) return json_text<f64>(changetype<Some<f64>>(v).value);
  if (mixed_is<Some<bool>>(v)) return json_text<bool>(changetype<Some<bool>>(v).value);
  if (mixed_is<Tree>(v)) return changetype<Tree>(v).__json();
  if (mixed_is<Array<Mixed | null>>(v)) return listText<Mixed | null>(changetype<Array<Mixed | null>>(v));
  failAt("JSON.stringify of an unknown value writes what JSON.parse made, and this is something else: say its type", "", 0, 0);
  return "";
}

function listText<T>(items: Array<T>): string {
  const parts = new Array<string>(items.length);
  for (let i = 0, n = items.length; i < n; i++) unchecked((parts[i] = isUndefinedIn<T>(unchecked(items[i])) ? "null" : json_text<T>(unchecked(items[i]))));
  return "[" + joinTexts(parts, ",") + "]";
}

function dateText(date: JsDate): string {
  return date.time == date.time ? json_quote(date_toISOString(date, "", 0, 0)) : "null";
}

/** A JSON string: control characters and surrogates without their partner are escaped. */
export function json_quote(text: string): string {
  const n = text.length;
  const parts = new Array<string>();
  let from = 0;
  for (let i = 0; i < n; i++) {
    const c = unitAt(text, i);
    if (c >= 32 && c != 34 && c != 92 && (c & 0xf800) != 0xd800) continue;
    if ((c & 0xfc00) == 0xd800 && i + 1 < n && (unitAt(text, i + 1) & 0xfc00) == 0xdc00) {
      i++;
      continue;
    }
    parts.push(piece(text, from, i));
    parts.push(escaped(c));
    from = i + 1;
  }
  parts.push(piece(text, from, n));
  return '"' + joinTexts(parts, "") + '"';
}

function escaped(c: u32): string {
  if (c == 34) return '\\"';
  if (c == 92) return "\\\\";
  if (c >= 8 && c <= 13 && c != 11) return "\\" + "btn_fr".charAt(<i32>c - 8);
  return "\\u" + c.toString(16).padStart(4, "0");
}

/** JSON without white space, laid out: each element on a line of its own behind as many gaps as it is deep. */
export function json_indented(json: string, gap: string): string {
  if (gap.length == 0) return json;
  const parts = new Array<string>();
  let line = "\n";
  for (let i = 0, n = json.length; i < n; i++) {
    const c = unitAt(json, i);
    if (c == 34) {
      const start = i;
      for (i++; unitAt(json, i) != 34; i++) if (unitAt(json, i) == 92) i++;
      parts.push(piece(json, start, i + 1));
    } else if (c == 91 || c == 123) {
      const isEmpty = unitAt(json, i + 1) == c + 2;
      parts.push(isEmpty ? piece(json, i, i + 2) : piece(json, i, i + 1));
      if (isEmpty) i++;
      else parts.push((line += gap));
    } else if (c == 93 || c == 125) {
      line = piece(line, 0, line.length - gap.length);
      parts.push(line);
      parts.push(piece(json, i, i + 1));
    } else if (c == 44) {
      parts.push(",");
      parts.push(line);
    } else if (c == 58) parts.push(": ");
    else parts.push(piece(json, i, i + 1));
  }
  return joinTexts(parts, "");
}

/** The gap that a number asks for: so many spaces, at most ten. */
export function json_spaces(count: f64): string {
  return " ".repeat(<i32>max(0.0, min(10.0, count != count ? 0.0 : Math.trunc(count))));
}
