// The functions that the host calls (docs/abi.md, section 3). Out of line dispatchers; the loops are in `operators.ts`.
import { CALL_FUNCTION } from "./abi";
import { graphText, operationOf } from "./graph";
import { currentRow } from "./operators";
import { checkGlobals, reset, setMark, take, takeAligned } from "rt/stub";
import { encode } from "./utf8";

const answer: usize = memory.data(8, 4);

/** Its name is the ABI's version. */
export function lf_abi_v1(): void {}

/** The graph. Main has run in `_initialize`; what it made stays from here on. */
export function lf_describe(): usize {
  if (!load<u32>(answer)) {
    const text = graphText();
    const at = take(<usize>text.length * 3 + 8);
    store<u32>(answer, <u32>at);
    store<u32>(answer, <u32>encode(changetype<usize>(text), text.length, at), 4);
    setMark();
  }
  return answer;
}

export function lf_row(): usize {
  return currentRow;
}

export function lf_alloc(size: usize): usize {
  return takeAligned(size);
}

export function lf_reset(): void {
  reset();
}

export function lf_apply(call: usize): usize {
  const result = operationOf(load<i32>(call, CALL_FUNCTION)).apply(call);
  checkGlobals();
  return result;
}

export function lf_fold(call: usize): usize {
  const result = operationOf(load<i32>(call, CALL_FUNCTION)).fold(call);
  checkGlobals();
  return result;
}

/** Only in modules whose aggregates merge, as are the next two where there is something for them (compiler/assemble.ts). */
export function lf_merge(call: usize): usize {
  const result = operationOf(load<i32>(call, CALL_FUNCTION)).merge(call);
  checkGlobals();
  return result;
}

export function lf_finish(call: usize): usize {
  const result = operationOf(load<i32>(call, CALL_FUNCTION)).finish(call);
  checkGlobals();
  return result;
}

export function lf_process(call: usize): usize {
  const result = operationOf(load<i32>(call, CALL_FUNCTION)).process(call);
  checkGlobals();
  return result;
}
