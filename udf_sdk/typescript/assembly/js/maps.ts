// Map with JavaScript's meaning: keys compare by value (text by content, NaN equals itself, -0 is 0), iteration is in
// order of insertion and live: entries deleted meanwhile are not visited, entries added meanwhile are. Set is
// sets.ts.
import { Mixed, isMixed, mixed_hash } from "./mixed";
import { HASH } from "util/hash";
import { sameValue } from "./arrays";
import { guard } from "./fail";

/** An entry's place in the entry block; `next` is the index of the chain's next entry, -1 at its end. */
@unmanaged
class Entry<K, V> {
  key: K;
  value: V;
  next: i32;
  /** Counts up with every insertion; 0 when the entry was deleted. */
  serial: u32;
}

// @ts-ignore: decorator
@inline
function hashOf<K>(key: K): u32 {
  if (isFloat<K>()) {
    if (key == 0) return HASH<f64>(0);
    if (key != key) return HASH<f64>(NaN);
    return HASH<f64>(<f64>key);
  } else if (isMixed<K>()) {
    return mixed_hash(changetype<Mixed | null>(key));
  } else if (isReference<K>() && !isString<K>()) {
    return HASH<u32>(<u32>changetype<usize>(key));
  } else {
    return HASH<K>(key);
  }
}

export class JsMap<K, V> {
  private buckets: StaticArray<i32> = new StaticArray<i32>(8);
  private entries: ArrayBuffer = new ArrayBuffer(<i32>(8 * offsetof<Entry<K, V>>()));
  private capacity: i32 = 8;
  /** Entries in use, deleted ones too. */
  private used: i32 = 0;
  private lastSerial: u32 = 0;
  /** How often entries changed their places: iterators look at it. */
  moves: u32 = 0;
  size: i32 = 0;

  constructor() {
    this.empty();
  }

  private empty(): void {
    for (let i = 0, n = this.buckets.length; i < n; i++) unchecked((this.buckets[i] = -1));
  }

  // @ts-ignore: decorator
  @inline
  private entry(i: i32): Entry<K, V> {
    return changetype<Entry<K, V>>(changetype<usize>(this.entries) + <usize>i * offsetof<Entry<K, V>>());
  }

  /** The index of a key's entry, or -1. */
  find(key: K): i32 {
    let i = unchecked(this.buckets[hashOf<K>(key) & (this.buckets.length - 1)]);
    while (i >= 0) {
      const e = this.entry(i);
      if (sameValue<K>(e.key, key)) return i;
      i = e.next;
    }
    return -1;
  }

  // @ts-ignore: decorator
  @inline
  valueAt(i: i32): V {
    return this.entry(i).value;
  }

  // @ts-ignore: decorator
  @inline
  keyAt(i: i32): K {
    return this.entry(i).key;
  }

  // @ts-ignore: decorator
  @inline
  serialAt(i: i32): u32 {
    return this.entry(i).serial;
  }

  /** The first entry from `i` on that is not deleted, -1 when there is none. */
  live(i: i32): i32 {
    while (i < this.used && this.entry(i).serial == 0) i++;
    return i < this.used ? i : -1;
  }

  set(key: K, value: V): void {
    guard(changetype<usize>(this));
    let i = this.find(key);
    if (i < 0) {
      if (this.used == this.capacity) this.rehash();
      i = this.used++;
      const e = this.entry(i);
      if (isFloat<K>()) e.key = key == 0 ? <K>0 : key;
      else e.key = key;
      e.serial = ++this.lastSerial;
      this.chain(i);
      this.size++;
    }
    this.entry(i).value = value;
  }

  /** Hangs an entry into the chain of its bucket. */
  private chain(i: i32): void {
    const e = this.entry(i);
    const bucket = hashOf<K>(e.key) & (this.buckets.length - 1);
    e.next = unchecked(this.buckets[bucket]);
    unchecked((this.buckets[bucket] = i));
  }

  delete(key: K): bool {
    const i = this.find(key);
    if (i < 0) return false;
    guard(changetype<usize>(this));
    const e = this.entry(i);
    const bucket = hashOf<K>(key) & (this.buckets.length - 1);
    let before = unchecked(this.buckets[bucket]);
    if (before == i) unchecked((this.buckets[bucket] = e.next));
    else {
      while (this.entry(before).next != i) before = this.entry(before).next;
      this.entry(before).next = e.next;
    }
    e.serial = 0;
    this.size--;
    return true;
  }

  clear(): void {
    guard(changetype<usize>(this));
    this.used = 0;
    this.size = 0;
    this.moves++;
    this.empty();
  }

  /** Leaves deleted entries out, and doubles the room when most entries live. */
  private rehash(): void {
    const capacity = this.size > this.capacity >> 1 ? this.capacity << 1 : this.capacity;
    const entries = new ArrayBuffer(capacity * <i32>offsetof<Entry<K, V>>());
    let to = changetype<usize>(entries);
    for (let i = this.live(0); i >= 0; i = this.live(i + 1)) {
      memory.copy(to, changetype<usize>(this.entry(i)), offsetof<Entry<K, V>>());
      to += offsetof<Entry<K, V>>();
    }
    this.entries = entries;
    this.buckets = new StaticArray<i32>(capacity);
    this.capacity = capacity;
    this.used = this.size;
    this.moves++;
    this.empty();
    for (let i = 0; i < this.used; i++) this.chain(i);
  }
}

/** Walks a Map or Set while it may change. */
export class MapIterator<K, V> {
  private i: i32 = 0;
  private serial: u32 = 0;
  private moves: u32;

  constructor(private map: JsMap<K, V>) {
    this.moves = map.moves;
  }

  next(): bool {
    let i = this.serial ? this.i + 1 : 0;
    if (this.moves != this.map.moves) i = this.relocate();
    i = this.map.live(i);
    if (i < 0) {
      this.i = i32.MAX_VALUE - 1;
      return false;
    }
    this.i = i;
    this.serial = this.map.serialAt(i);
    return true;
  }

  /** Entries have moved: the first one that is younger than the last one visited. */
  private relocate(): i32 {
    this.moves = this.map.moves;
    let i = this.map.live(0);
    while (i >= 0 && this.map.serialAt(i) <= this.serial) i = this.map.live(i + 1);
    return i < 0 ? i32.MAX_VALUE - 1 : i;
  }

  get key(): K {
    return this.map.keyAt(this.i);
  }

  get value(): V {
    return this.map.valueAt(this.i);
  }
}
