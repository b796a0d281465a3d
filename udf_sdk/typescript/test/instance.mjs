// One instance of a module and the calls of the guest ABI (docs/abi.md, sections 2 to 4), for tests.
import { Arrays, batchType } from "./arrow.mjs";

const CALL_BYTES = 72;

/** What `lightflus.abort` said; `row` is where the guest was. */
export class GuestAbort extends Error {
  constructor(message, place) {
    super(message);
    Object.assign(this, place);
  }
}

/** The parts of a batch that a function reads. */
function inputType(fn) {
  const type = batchType(fn.input);
  if (!fn.reads) return type;
  const names = fn.reads.names ?? [];
  return { struct: { fields: names.map((n) => type.struct.fields.find((f) => f.name === n)) } };
}

export class Instance {
  /** @param options `maximumPages`: refuse to grow beyond; for tests of exhaustion. */
  constructor(wasm) {
    this.logs = [];
    const imports = { abort: (...args) => this.#abort(...args), log: (level, at, n) => this.logs.push([level, this.arrays.text(at >>> 0, n)]) };
    this.wasm = new WebAssembly.Instance(wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm), { lightflus: imports });
    this.exports = this.wasm.exports;
    this.arrays = new Arrays(this.exports.lf_alloc, this.exports.memory);
    this.exports._initialize?.();
    this.graph = JSON.parse(this.describe());
    this.rowAt = this.exports.lf_row() >>> 0;
  }

  #abort(message, length, file, fileLength, line, column) {
    const text = (at, n) => this.arrays.text(at >>> 0, n);
    throw new GuestAbort(text(message, length), { file: text(file, fileLength), line, column });
  }

  describe() {
    const at = this.exports.lf_describe() >>> 0;
    const view = this.arrays.view();
    return this.arrays.text(view.getUint32(at, true), view.getUint32(at + 4, true));
  }

  /** The row that the guest works on. */
  row() {
    return this.arrays.view().getUint32(this.rowAt, true);
  }

  reset() {
    this.exports.lf_reset();
  }

  /** Runs lf_apply over rows (objects of the function's batch type); `selection` picks some of them. */
  apply(number, rows, { selection } = {}) {
    const fn = this.graph.functions[number];
    const batch = this.arrays.write(inputType(fn), rows);
    return this.applyAt(number, batch, rows.length, selection);
  }

  /** The same over a batch that already lies in memory. Answers the address of the output. */
  applyAt(number, batch, rows, selection) {
    const call = this.#call({ number, batch, rows: selection?.length ?? rows });
    if (selection) this.#set(call, 16, this.arrays.putWords(selection));
    this.#set(call, 20, 1);
    return this.#part(this.exports.lf_apply(call) >>> 0, 4);
  }

  /** Runs lf_fold. `states`: a row or null per group. Answers the new states, and the output if `emits`. */
  fold(number, rows, groups, states, emits) {
    const type = batchType(this.graph.functions[number].output);
    const batch = this.arrays.write(type, rows);
    const call = this.#call({ number, batch, rows: rows.length });
    this.#set(call, 20, emits ? 3 : 2);
    this.#set(call, 24, states.some((s) => s !== null) ? this.arrays.write(type, states) : 0);
    this.#set(call, 28, this.arrays.putWords(groups));
    this.#set(call, 32, states.length);
    const result = this.exports.lf_fold(call) >>> 0;
    const output = this.#part(result, 4);
    return { states: this.arrays.read(type, this.#part(result, 8)), output: output ? this.arrays.read(type, output) : null };
  }

  /** The output of an apply as JavaScript values: rows; for flatMap a list of rows per row; for filter booleans. */
  readOutput(number, at) {
    const fn = this.graph.functions[number];
    const kind = fn.kind.replace("FUNCTION_KIND_", "");
    const rows = kind === "FLAT_MAP" ? { list: { item: batchType(fn.output) } } : batchType(fn.output);
    const values = this.arrays.read(rows, at);
    return kind === "FILTER" ? values.map((r) => r.value) : values;
  }

  #call({ number, batch, rows }) {
    const call = this.exports.lf_alloc(CALL_BYTES) >>> 0;
    this.arrays.bytes(call, CALL_BYTES).fill(0);
    for (const [at, value] of [[0, CALL_BYTES], [4, number], [8, batch], [12, rows]]) this.#set(call, at, value);
    return call;
  }

  #set(call, at, value) {
    this.arrays.view().setUint32(call + at, value, true);
  }

  #part(result, at) {
    return this.arrays.view().getUint32(result + at, true);
  }
}
