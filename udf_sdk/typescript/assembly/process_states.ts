// The states of a process function's keys while a call runs, and as rows (docs/abi.md, 10.2): the state's own columns, then timers,
// processing timers and the largest time; a null row is a key that is not known.
import { ARRAY_BUFFERS } from "./abi";
import { batchWithNulls } from "./arrays";
import { zero } from "./lang";
import { extended, Layout, layoutOf } from "./layout";
import { NEVER, Timers } from "./process_context";
import { bind, isNullAt, readField, readRow } from "./reader";
import { take } from "rt/stub";
import { isRecord, typeOf } from "./types";
import { beginRow, endRow, newTable, Table, writeField, writeNothingRow } from "./writer";

/** The columns of a state row: the state's, then timers, processing timers, last. */
export function stateLayout<S>(): Layout {
  const times = typeOf<Array<i64>>();
  return extended(layoutOf(typeOf<S>()), [times, times, typeOf<i64>()]);
}

/** The state of a key while a call runs. */
@final
export class KeyState<S> {
  known: bool = false;
  state: S = zero<S>();
  timers: Timers = new Timers();
  processingTimers: Timers = new Timers();
  last: i64 = NEVER;
  fired: i32 = 0;

  forget(): void {
    this.known = false;
    this.timers.setAll([]);
    this.processingTimers.setAll([]);
    this.last = NEVER;
  }
}

/** The states of a call's groups; `batch` 0 = none of them is known. */
export function readStates<S>(batch: usize, count: i32, layout: Layout): Array<KeyState<S>> {
  const keys = new Array<KeyState<S>>();
  const table = bindIfAny(batch);
  const validity = batch ? load<u32>(load<u32>(batch, ARRAY_BUFFERS)) : 0;
  const last = layout.count - 1;
  for (let g = 0; g < count; g++) {
    const key = new KeyState<S>();
    keys.push(key);
    if (!batch || isNullAt(validity, g)) continue;
    key.known = true;
    key.state = readRow<S>(table, g);
    key.timers.setAll(readField<Array<i64>>(table, last - 2, g));
    key.processingTimers.setAll(readField<Array<i64>>(table, last - 1, g));
    key.last = readField<i64>(table, last, g);
  }
  return keys;
}

/** The batch of the new states. */
export function writeStates<S>(keys: Array<KeyState<S>>, layout: Layout): usize {
  const count = keys.length;
  const bits = take((<usize>count + 7) >> 3);
  memory.fill(bits, 0, (<usize>count + 7) >> 3);
  const out = newTable(layout, count);
  for (let g = 0; g < count; g++) {
    const key = unchecked(keys[g]);
    if (!key.known) {
      writeNothingRow(out);
      continue;
    }
    store<u8>(bits + (g >> 3), <u8>(<u32>load<u8>(bits + (g >> 3)) | (1 << (g & 7))));
    writeState<S>(out, key);
  }
  return batchWithNulls(out, bits);
}

function writeState<S>(out: Table, key: KeyState<S>): void {
  const w = changetype<usize>(out);
  const last = out.layout.count - 1;
  beginRow(out);
  if (isRecord<S>()) key.state.__write(w);
  else writeField<S>(w, 0, key.state);
  writeField<Array<i64>>(w, last - 2, key.timers.all());
  writeField<Array<i64>>(w, last - 1, key.processingTimers.all());
  writeField<i64>(w, last, key.last);
  endRow(out);
}

export function bindIfAny(batch: usize): usize {
  return batch ? bind(batch) : 0;
}
