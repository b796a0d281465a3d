// Conversions of a value of any type: its text, its truth.
import { Mixed, isMixed, mixed_text, mixed_truthy } from "./mixed";
import { array_join } from "./arrays";
import { number_toString } from "./numbers";

/** `String(v)`, template text, `+` with a string. A missing value is "null". */
export function str<T>(v: T): string {
  if (isReference<T>()) {
    if (isNullable<T>()) {
      if (changetype<usize>(v) == 0) return "null";
      return textOf<NonNullable<T>>(changetype<NonNullable<T>>(v));
    }
    return textOf<T>(v);
  } else if (isFloat<T>()) {
    return number_toString(<f64>v);
  } else if (isBoolean<T>()) {
    return v ? "true" : "false";
  } else {
    return v.toString();
  }
}

function textOf<T>(v: T): string {
  if (isString<T>()) return changetype<string>(v);
  else if (isMixed<T>()) return mixed_text(changetype<Mixed>(v), "", 0, 0);
  else if (isDefined(v.__isBox)) return str(v.value);
  else if (isArray<T>()) return array_join<valueof<T>>(changetype<Array<valueof<T>>>(v), ",");
  else if (isDefined(v.toString)) return v.toString();
  else return "[object Object]";
}

/** The truth value of anything: false for null, "", 0, NaN and false. */
// @ts-ignore: decorator
@inline
export function truthy<T>(v: T): bool {
  if (isReference<T>()) {
    if (isMixed<T>()) return mixed_truthy(changetype<Mixed | null>(v));
    else if (isString<T>()) return changetype<usize>(v) != 0 && changetype<string>(v).length != 0;
    else return changetype<usize>(v) != 0;
  } else if (isFloat<T>()) {
    return v == v && v != 0;
  } else {
    return v != 0;
  }
}
