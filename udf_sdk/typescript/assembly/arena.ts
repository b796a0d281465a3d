// The runtime: memory is a stack of three parts, and nothing is ever collected one by one.
//
//   [ static data | what main made | what this chain of calls made ... | free ]
//                                  ^ mark            ^ floor           ^ top
//
// `reset` goes back to the mark (a new chain), `release` to the floor (the garbage of a row); what must outlive a row
// moves the floor up (`keep`). asc takes this file in the place of its `rt/stub`, so the names with two underscores are
// asc's. A block has 8 bytes before it: class id and size. Blocks are 8-byte aligned; 16 bytes behind the last one stay
// readable, so that text can be read in words. User code is pure: `__link` and the globals' visitor end a call that
// stores something young in something that main made.
import { fail, outOfMemory } from "~lf/host";

const ALIGN: usize = 7;
const HEADER: usize = 8;
const SLACK: usize = 16;
const MAX_BLOCK: usize = 1 << 30;
const IMPURE: string =
  "a stream function stored a value in something that was created outside of it, and it would be lost: a stream function must be pure; keep state in keyBy(...).reduce(...)";

// @ts-ignore: decorator
@lazy let top: usize = (__heap_base + ALIGN) & ~ALIGN;
// @ts-ignore: decorator
@lazy let end: usize = (<usize>memory.size() << 16) - SLACK;
// @ts-ignore: decorator
@lazy let mark: usize = 0;
// @ts-ignore: decorator
@lazy let floor: usize = 0;

/** Makes room for `size` more bytes behind `top`: doubles the memory, or takes what is needed if that is refused. */
function grow(size: usize): void {
  const pages = <u32>memory.size();
  const needed = <u32>((<u64>top + size + SLACK + 0xffff) >> 16) - pages;
  if (memory.grow(max(pages, needed)) < 0 && memory.grow(needed) < 0) outOfMemory(pages >> 4);
  end = (<usize>memory.size() << 16) - SLACK;
}

/** Raw memory, 8-byte aligned, not zeroed, without a header. */
export function take(size: usize): usize {
  const start = top;
  if (size > end - start) grow(size);
  top = (start + size + ALIGN) & ~ALIGN;
  return start;
}

/** Raw memory for the host, 16-byte aligned. */
export function takeAligned(size: usize): usize {
  top = (top + 15) & ~15;
  return take(size);
}

/** An object of a class, not zeroed. */
// @ts-ignore: decorator
@inline
export function newObject(size: usize, id: u32): usize {
  const block = top;
  if (size + HEADER > end - block) grow(size + HEADER);
  store<u64>(block, <u64>id | ((<u64>size) << 32));
  top = (block + HEADER + size + ALIGN) & ~ALIGN;
  return block + HEADER;
}

/** Gives back the tail of the newest object. */
export function shrinkObject(object: usize, size: usize): void {
  store<u32>(object - 4, <u32>size);
  top = (object + size + ALIGN) & ~ALIGN;
}

/** Everything made so far stays for the life of the instance: called once, when main has run. */
export function setMark(): void {
  mark = top;
  floor = top;
}

/** Frees all that was made after the mark. */
export function reset(): void {
  top = mark;
  floor = mark;
}

/** What has been made so far outlives the rows to come. */
export function keep(): void {
  floor = top;
}

/** Frees what was made since `keep`. */
// @ts-ignore: decorator
@inline
export function release(): void {
  top = floor;
}

/** Ends the call if a module-level variable holds something that will be freed. */
export function checkGlobals(): void {
  __visit_globals(0);
}

// ---- what asc and its library call ----

// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  return __new(size, 0);
}

// @ts-ignore: decorator
@global @unsafe
export function __realloc(object: usize, size: usize): usize {
  return __renew(object, size);
}

// @ts-ignore: decorator
@global @unsafe
export function __free(object: usize): void {
  if (object + ((load<u32>(object - 4) + ALIGN) & ~ALIGN) == top && object - HEADER >= floor) top = object - HEADER;
}

// @ts-ignore: decorator
@global @unsafe
export function __reset(): void {
  reset();
}

// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, id: u32): usize {
  if (size > MAX_BLOCK) outOfMemory(<u32>memory.size() >> 4);
  return newObject(size, id);
}

// @ts-ignore: decorator
@global @unsafe
export function __renew(object: usize, size: usize): usize {
  const header = load<u64>(object - HEADER);
  const oldSize = <usize>(header >> 32);
  if (((object + oldSize + ALIGN) & ~ALIGN) == top && object - HEADER >= floor) {
    if (size > MAX_BLOCK) outOfMemory(<u32>memory.size() >> 4);
    if (size > oldSize && size > end - object) grow(size);
    shrinkObject(object, size);
    return object;
  }
  if (size <= oldSize) {
    store<u32>(object - 4, <u32>size);
    return object;
  }
  const moved = __new(size, <u32>header);
  memory.copy(moved, object, oldSize);
  return moved;
}

// @ts-ignore: decorator
@global @unsafe
export function __link(parent: usize, child: usize, _expectMultiple: bool): void {
  if (child >= mark && parent < mark) fail(IMPURE, "", 0, 0);
}

// @ts-ignore: decorator
@global @unsafe
function __visit(object: usize, _cookie: u32): void {
  if (object >= mark) fail(IMPURE, "", 0, 0);
}

// @ts-ignore: decorator
@global @unsafe
export function __pin(object: usize): usize {
  return object;
}

// @ts-ignore: decorator
@global @unsafe
export function __unpin(_object: usize): void {}

// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {}
