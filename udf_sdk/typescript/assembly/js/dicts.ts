// Objects by key, `Record<string, T>`: what is in them is a Map by text, in JavaScript's order, keys that are whole numbers first. What
// every object of JavaScript has besides (`toString`, `constructor`) is not in them: asking for it ends the record.
import { failAt, foundOrFail, keep } from "./fail";
import { JsonReader } from "./json_read";
import { json_quote, json_text } from "./json_text";
import { JsMap } from "./maps";
import { isUndefinedIn } from "./mixed";
import { unitAt } from "./units";

/** Every object has something of that name. */
function isInherited(key: string): bool {
  if (key.length < 7 || key.includes(" ")) return false;
  const names = " constructor toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ ";
  return names.includes(" " + key + " ");
}

/** The number that an array index is, 0 to 2^32 - 2; -1 for any other key. */
export function dict_index(key: string): f64 {
  const n = key.length;
  if (n == 0 || n > 10 || (n > 1 && unitAt(key, 0) == 48)) return -1;
  let value: f64 = 0;
  for (let i = 0; i < n; i++) {
    const digit = <f64>unitAt(key, i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= 4294967294 ? value : -1;
}

@final
export class JsDict<V> {
  entries: JsMap<string, V> = new JsMap<string, V>();

  /** The keys in JavaScript's order. */
  keys(): Array<string> {
    const m = this.entries;
    const texts = new Array<string>();
    const indices = new Array<f64>();
    for (let i = m.live(0); i >= 0; i = m.live(i + 1)) {
      const index = dict_index(m.keyAt(i));
      if (index < 0) texts.push(m.keyAt(i));
      else indices.push(index);
    }
    if (indices.length == 0) return texts;
    indices.sort((a, b) => (a < b ? -1 : 1));
    const all = new Array<string>(indices.length + texts.length);
    for (let i = 0, n = indices.length; i < n; i++) unchecked((all[i] = (<u64>unchecked(indices[i])).toString()));
    for (let i = 0, n = texts.length; i < n; i++) unchecked((all[indices.length + i] = unchecked(texts[i])));
    return all;
  }

  at(key: string): V {
    return this.entries.valueAt(this.entries.find(key));
  }

  __json(): string {
    let s = "";
    for (let keys = this.keys(), i = 0; i < keys.length; i++) {
      const value = this.at(unchecked(keys[i]));
      if (!isUndefinedIn<V>(value)) s += "," + json_quote(unchecked(keys[i])) + ":" + json_text<V>(value);
    }
    return "{" + s.substring(1) + "}";
  }

  __parse(r: JsonReader): JsDict<V> {
    const made = new JsDict<V>();
    r.beginFields();
    for (let first = true; r.nextField(first); first = false) {
      const key = r.name;
      made.entries.set(key, r.read<V>());
    }
    return made;
  }
}

/** Whether the object has the key itself; its value is `found` then. */
export function dict_getOk<V>(d: JsDict<V>, key: string): bool {
  const i = d.entries.find(key);
  if (i >= 0) return keep<V>(d.entries.valueAt(i));
  if (isInherited(key)) failAt("every object has '" + key + "', so it is no free key: use a Map", "", 0, 0);
  return false;
}

export function dict_get<V>(d: JsDict<V>, key: string, file: string, line: i32, column: i32): V {
  if (!dict_getOk<V>(d, key)) failAt("there is nothing under '" + key + "': ask for it, as in counts[key] ?? 0", file, line, column);
  return foundOrFail<V>(true, "", file, line, column);
}

/** Answers the value. */
export function dict_set<V>(d: JsDict<V>, key: string, value: V): V {
  dict_put<V>(d, key, value);
  return value;
}

/** Answers the object, for literals. */
export function dict_put<V>(d: JsDict<V>, key: string, value: V): JsDict<V> {
  if (key == "__proto__") failAt("'__proto__' is no free key: use a Map", "", 0, 0);
  d.entries.set(key, value);
  return d;
}

/** `{ ...d, ...other }`. */
export function dict_spread<V>(d: JsDict<V>, other: JsDict<V> | null): JsDict<V> {
  if (other === null) return d;
  for (let keys = other.keys(), i = 0; i < keys.length; i++) dict_put<V>(d, unchecked(keys[i]), other.at(unchecked(keys[i])));
  return d;
}

export function dict_delete<V>(d: JsDict<V>, key: string): bool {
  d.entries.delete(key);
  return true;
}

/** `key in d`. */
export function dict_in<V>(key: string, d: JsDict<V>): bool {
  return d.entries.find(key) >= 0 || isInherited(key);
}

export function dict_hasOwn<V>(d: JsDict<V>, key: string): bool {
  return d.entries.find(key) >= 0;
}

export function dict_keys<V>(d: JsDict<V>): Array<string> {
  return d.keys();
}

export function dict_values<V>(d: JsDict<V>): Array<V> {
  const keys = d.keys();
  const values = new Array<V>(keys.length);
  for (let i = 0, n = keys.length; i < n; i++) unchecked((values[i] = d.at(unchecked(keys[i]))));
  return values;
}

export function dict_entries<V, E>(d: JsDict<V>, env: usize, fn: (env: usize, key: string, value: V) => E): Array<E> {
  const keys = d.keys();
  const entries = new Array<E>(keys.length);
  for (let i = 0, n = keys.length; i < n; i++) unchecked((entries[i] = fn(env, unchecked(keys[i]), d.at(unchecked(keys[i])))));
  return entries;
}

/** Keys and values in two arrays of one length. */
export function dict_of<V>(keys: Array<string>, values: Array<V>): JsDict<V> {
  const d = new JsDict<V>();
  for (let i = 0, n = keys.length; i < n; i++) dict_put<V>(d, unchecked(keys[i]), unchecked(values[i]));
  return d;
}
