// A small host for tests: runs a whole module over given inputs and answers what reached its sinks.
//
// One thread, one instance, state in a Map; every update is emitted, as the engine does without coalescing.
import { batchType, fromRow, toRow } from "./arrow.mjs";
import { Instance } from "./instance.mjs";

const KINDS = ["source", "map", "filter", "flatMap", "keyBy", "reduce", "sink"];

/**
 * Runs a module over its inputs.
 *
 * @param wasm bytes or a compiled module.
 * @param inputs records by the source's name: name(x), else its topic or stream.
 * @param options `batchRows`: where batches are cut (1,000); results must not depend on it.
 * @returns per sink name (name(x), else its topic, stream or table, else the connector's kind) the records in order; what a sink with fields writes is an
 *   object of those fields ({key, value} for Redis). Repeated names get "-2", "-3".
 */
export function runModule(wasm, inputs, options = {}) {
  return new Run(wasm, options).feed(inputs);
}

/** The kind of an operator of the graph, as the graph spells it. */
export function kindOf(operator) {
  return KINDS.find((kind) => operator[kind] !== undefined);
}

/** Names of sources and sinks by operator id. */
export function connectorNames(graph) {
  const names = new Map();
  const seen = new Map();
  for (const operator of graph.operators) {
    const connector = (operator.source ?? operator.sink)?.connector;
    if (!connector) continue;
    const { topic, stream, table } = connector.options ?? {};
    const base = operator.name || topic || stream || table || connector.kind;
    seen.set(base, (seen.get(base) ?? 0) + 1);
    names.set(operator.id ?? 0, seen.get(base) > 1 ? `${base}-${seen.get(base)}` : base);
  }
  return names;
}

class Run {
  constructor(wasm, { batchRows = 1000 }) {
    this.instance = new Instance(wasm);
    this.graph = this.instance.graph;
    this.batchRows = batchRows;
    this.names = connectorNames(this.graph);
    this.states = new Map();
    this.sinks = {};
    for (const o of this.graph.operators) if (o.sink) this.sinks[this.names.get(o.id ?? 0)] = [];
  }

  feed(inputs) {
    for (const operator of this.graph.operators.filter((o) => o.source)) {
      const records = inputs[this.names.get(operator.id ?? 0)] ?? [];
      for (let i = 0; i < records.length; i += this.batchRows) {
        const rows = records.slice(i, i + this.batchRows).map((r) => toRow(operator.output, r));
        this.#emit(operator, rows.map((row) => ({ row })));
      }
    }
    return this.sinks;
  }

  /** Hands items ({row, key}) to every reader of an operator. */
  #emit(operator, items) {
    if (!items.length) return;
    for (const reader of this.graph.operators) {
      if (reader.inputs?.some((i) => (i.operator ?? 0) === (operator.id ?? 0))) this.#process(reader, items, operator.output);
    }
  }

  #process(operator, items, type) {
    const kind = kindOf(operator);
    if (kind === "sink") return this.#write(operator, items, type);
    if (kind === "reduce") return this.#emit(operator, this.#reduce(operator, items));
    if (kind === "keyBy") {
      const keys = this.#extract(operator.keyBy.key, items, type);
      return this.#emit(operator, items.map(({ row }, i) => ({ row, key: keys[i] })));
    }
    const number = operator[kind].function ?? 0;
    const output = this.#call(number, items);
    if (kind === "filter") return this.#emit(operator, items.filter((_, i) => output[i]));
    const rows = kind === "flatMap" ? output.flat(1) : output;
    return this.#emit(operator, rows.map((row) => ({ row })));
  }

  #call(number, items) {
    const instance = this.instance;
    instance.reset();
    return instance.readOutput(number, instance.apply(number, items.map((i) => i.row)));
  }

  #extract(extractor, items, type) {
    if (extractor.field) {
      const names = extractor.field.names ?? [];
      return items.map(({ row }) => names.reduce((value, name) => value[name], fromRow(type, row)));
    }
    const number = extractor.function ?? 0;
    const output = this.graph.functions[number].output;
    return this.#call(number, items).map((row) => fromRow(output, row));
  }

  #reduce(operator, items) {
    const number = operator.reduce.function ?? 0;
    const states = this.states.get(operator) ?? new Map();
    this.states.set(operator, states);
    const ids = items.map(({ key }) => keyText(key));
    const distinct = [...new Set(ids)];
    const groups = ids.map((id) => distinct.indexOf(id));
    this.instance.reset();
    const before = distinct.map((id) => states.get(id) ?? null);
    const { states: after, output } = this.instance.fold(number, items.map((i) => i.row), groups, before, true);
    distinct.forEach((id, g) => states.set(id, after[g]));
    return output.map((row) => ({ row }));
  }

  #write(operator, items, type) {
    const target = this.sinks[this.names.get(operator.id ?? 0)];
    const fields = operator.sink.fields ?? [];
    if (!fields.length) return target.push(...items.map(({ row }) => fromRow(type, row)));
    const columns = fields.map((f) => this.#extract(f.value, items, type));
    target.push(...items.map((_, i) => Object.fromEntries(fields.map((f, k) => [f.name, columns[k][i]]))));
  }
}

/** A key as text: equality by value, with -0 = 0 and one NaN. */
function keyText(key) {
  return JSON.stringify(key, (_, v) => (typeof v === "bigint" ? `${v}n` : typeof v === "number" ? String(v) : v));
}

export { batchType };
