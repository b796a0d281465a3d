// The methods of Map and Set as functions, the way lowered code calls them.
import { foundOrFail, foundOrNull, keep } from "./fail";
import { str } from "./convert";
import { JsMap, MapIterator } from "./maps";

export function map_size<K, V>(m: JsMap<K, V>): f64 {
  return <f64>m.size;
}

export function map_has<K, V>(m: JsMap<K, V>, key: K): bool {
  return m.find(key) >= 0;
}

export function map_getOk<K, V>(m: JsMap<K, V>, key: K): bool {
  const i = m.find(key);
  return i >= 0 && keep<V>(m.valueAt(i));
}

export function map_get<K, V>(m: JsMap<K, V>, key: K): V | null {
  return foundOrNull<V>(map_getOk<K, V>(m, key));
}

export function map_getOrFail<K, V>(m: JsMap<K, V>, key: K, file: string, line: i32, column: i32): V {
  const ok = map_getOk<K, V>(m, key);
  return foundOrFail<V>(ok, ok ? "" : "get(" + str<K>(key) + ")", file, line, column);
}

export function map_set<K, V>(m: JsMap<K, V>, key: K, value: V): JsMap<K, V> {
  m.set(key, value);
  return m;
}

export function map_delete<K, V>(m: JsMap<K, V>, key: K): bool {
  return m.delete(key);
}

export function map_clear<K, V>(m: JsMap<K, V>): void {
  m.clear();
}

export function map_iterate<K, V>(m: JsMap<K, V>): MapIterator<K, V> {
  return new MapIterator<K, V>(m);
}

export function map_forEach<K, V>(
  m: JsMap<K, V>,
  env: usize,
  fn: (env: usize, value: V, key: K, m: JsMap<K, V>) => void,
): void {
  for (let it = new MapIterator<K, V>(m); it.next(); ) fn(env, it.value, it.key, m);
}

export function map_keys<K, V>(m: JsMap<K, V>): Array<K> {
  const r = new Array<K>();
  for (let i = m.live(0); i >= 0; i = m.live(i + 1)) r.push(m.keyAt(i));
  return r;
}

export function map_values<K, V>(m: JsMap<K, V>): Array<V> {
  const r = new Array<V>();
  for (let i = m.live(0); i >= 0; i = m.live(i + 1)) r.push(m.valueAt(i));
  return r;
}

/** The entries as an array of whatever `fn` makes of key and value: tuples. */
export function map_entries<K, V, E>(m: JsMap<K, V>, env: usize, fn: (env: usize, key: K, value: V) => E): Array<E> {
  const r = new Array<E>();
  for (let i = m.live(0); i >= 0; i = m.live(i + 1)) r.push(fn(env, m.keyAt(i), m.valueAt(i)));
  return r;
}

/** `new Map([[k, v], ...])`: keys and values in two arrays of one length. */
export function map_of<K, V>(keys: Array<K>, values: Array<V>): JsMap<K, V> {
  const m = new JsMap<K, V>();
  for (let i = 0, n = keys.length; i < n; i++) m.set(unchecked(keys[i]), unchecked(values[i]));
  return m;
}

/** A Set is a Map whose values mean nothing. */
export class JsSet<T> extends JsMap<T, bool> {}

export function set_size<T>(s: JsSet<T>): f64 {
  return <f64>s.size;
}

export function set_has<T>(s: JsSet<T>, v: T): bool {
  return s.find(v) >= 0;
}

export function set_add<T>(s: JsSet<T>, v: T): JsSet<T> {
  s.set(v, true);
  return s;
}

export function set_delete<T>(s: JsSet<T>, v: T): bool {
  return s.delete(v);
}

export function set_clear<T>(s: JsSet<T>): void {
  s.clear();
}

/** Walks the elements: `it.value` is what `it.key` is. */
export class SetIterator<T> {
  private it: MapIterator<T, bool>;

  constructor(s: JsSet<T>) {
    this.it = new MapIterator<T, bool>(s);
  }

  next(): bool {
    return this.it.next();
  }

  get value(): T {
    return this.it.key;
  }
}

export function set_iterate<T>(s: JsSet<T>): SetIterator<T> {
  return new SetIterator<T>(s);
}

export function set_forEach<T>(s: JsSet<T>, env: usize, fn: (env: usize, value: T, key: T, s: JsSet<T>) => void): void {
  for (let it = new SetIterator<T>(s); it.next(); ) fn(env, it.value, it.value, s);
}

export function set_values<T>(s: JsSet<T>): Array<T> {
  return map_keys<T, bool>(s);
}

export function set_of<T>(items: Array<T>): JsSet<T> {
  const s = new JsSet<T>();
  for (let i = 0, n = items.length; i < n; i++) s.set(unchecked(items[i]), true);
  return s;
}
