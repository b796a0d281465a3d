// One instance of a module and the calls of the guest ABI (docs/abi.md, sections 2 to 4), for tests.
import { Arrays, batchType } from "./arrow.mjs";

const CALL_BYTES = 88;

/** What `lightflus.abort` said; `row` is where the guest was. */
export class GuestAbort extends Error {
  constructor(message, place) {
    super(message);
    Object.assign(this, place);
  }
}

const INT64 = { scalar: "INT64" };
const TIMES = { list: { item: INT64 } };

/** The columns of a batch of the type, and more behind them. */
function extended(type, more) {
  return { struct: { fields: [...(batchType(type).struct.fields ?? []), ...Object.entries(more).map(([name, t]) => ({ name, type: t }))] } };
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

  /** Runs lf_fold. `states`: a row or null per group; `times` where the function wants them. Answers the new states, and the output if `emits`. */
  fold(number, rows, groups, states, emits, times) {
    const fn = this.graph.functions[number];
    return this.#folded("lf_fold", number, fn.kind.endsWith("REDUCE") ? batchType(fn.output) : inputType(fn), rows, groups, states, emits, times);
  }

  /** Runs lf_merge, whose rows are states. */
  merge(number, rows, groups, states) {
    return this.#folded("lf_merge", number, batchType(this.graph.functions[number].output), rows, groups, states, false);
  }

  #folded(name, number, rowType, rows, groups, states, emits, times) {
    const type = batchType(this.graph.functions[number].output);
    const batch = this.arrays.write(rowType, rows);
    const call = this.#call({ number, batch, rows: rows.length });
    if (times) this.#set(call, 40, this.#putTimes(times));
    this.#set(call, 20, emits ? 3 : 2);
    this.#set(call, 24, states.some((s) => s !== null) ? this.arrays.write(type, states) : 0);
    this.#set(call, 28, this.arrays.putWords(groups));
    this.#set(call, 32, states.length);
    const result = this.exports[name](call) >>> 0;
    const output = this.#part(result, 4);
    return { states: this.arrays.read(type, this.#part(result, 8)), output: output ? this.arrays.read(type, output) : null };
  }

  /** Runs lf_finish over states with their keys and windows. Answers rows; of a FINISH_LIST a list of rows per state. */
  finish(number, states, keyType, keys, starts, ends) {
    const fn = this.graph.functions[number];
    const call = this.#call({ number, batch: this.arrays.write(batchType(fn.input), states), rows: states.length });
    this.#set(call, 20, 1);
    this.#set(call, 36, this.arrays.write(batchType(keyType), keys));
    this.#set(call, 44, this.#putTimes(starts));
    this.#set(call, 48, this.#putTimes(ends));
    const output = this.#part(this.exports.lf_finish(call) >>> 0, 4);
    const type = batchType(fn.output);
    return this.arrays.read(fn.kind.endsWith("LIST") ? { list: { item: type } } : type, output);
  }

  /**
   * Runs lf_process for an operator. `given`: rows of either input (`first`, `second`, `sides`), `groups`, `times`, `marks`; `states` (a row or
   * null per group), `keys`; `watermark`, `processingTime`, `rules`. Answers new states, and rows with their stamps: of the output and each port.
   */
  process(operator, types, given) {
    const { process } = operator;
    const call = this.#call({ number: process.function ?? 0, batch: given.first.length ? this.arrays.write(batchType(types.first), given.first) : 0, rows: given.sides.length });
    const words = { 20: 3, 28: this.arrays.putWords(given.groups), 32: given.states.length, 76: types.second ? this.arrays.putWords(given.sides) : 0 };
    for (const [at, value] of Object.entries(words)) this.#set(call, Number(at), value);
    const state = extended(process.state, { timers: TIMES, processing_timers: TIMES, last: INT64 });
    if (given.states.some((s) => s !== null)) this.#set(call, 24, this.arrays.write(state, given.states));
    this.#set(call, 36, this.arrays.write(batchType(types.key), given.keys));
    if (given.second.length) this.#set(call, 52, this.arrays.write(batchType(types.second), given.second));
    if (given.rules) this.#set(call, 80, this.arrays.write(batchType(this.graph.functions[process.rules].output), [given.rules]));
    if (given.times) this.#set(call, 40, this.#putTimes(given.times));
    if (given.marks) this.#set(call, 72, this.#putTimes(given.marks));
    this.arrays.view().setBigInt64(call + 56, given.watermark, true);
    this.arrays.view().setBigInt64(call + 64, given.processingTime, true);
    const result = this.exports.lf_process(call) >>> 0;
    const rows = (type, at) => (at ? this.arrays.read(extended(type, { time: INT64, mark: INT64 }), at) : []);
    const ports = this.#part(result, 12);
    return {
      states: this.arrays.read(state, this.#part(result, 8)),
      output: rows(operator.output, this.#part(result, 4)),
      ports: (process.ports ?? []).map((port, i) => rows(port.type, ports ? this.#part(ports, 4 * i) : 0)),
    };
  }

  #putTimes(times) {
    return this.arrays.put(new Uint8Array(BigInt64Array.from(times, BigInt).buffer));
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
