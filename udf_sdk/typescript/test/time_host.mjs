// A host of event time for tests: evaluates a module's graph operator by operator over inputs that are all there, by docs/abi.md and
// the rules of event time, and calls the module for every function. Splits are lists; calls have at most `batchRows` rows.
import { fromRow, toRow } from "./arrow.mjs";
import { connectorNames } from "./host.mjs";
import { Instance } from "./instance.mjs";

const NONE = -(2n ** 63n);
const END = 2n ** 63n - 1n;

/**
 * Runs a module to the end of its inputs.
 *
 * @param inputs by the source's name a list of splits, each a list of records
 * @returns what each sink was given, by its name
 */
export function runTimed(wasm, inputs, { batchRows = 1000 } = {}) {
  const run = new TimedRun(wasm, batchRows);
  return run.run(inputs);
}

/** Keys and rows as text: equal by value. */
const textOf = (value) => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}n` : typeof v === "number" ? String(v) : v));

class TimedRun {
  constructor(wasm, batchRows) {
    this.instance = new Instance(wasm);
    this.graph = this.instance.graph;
    this.batchRows = batchRows;
    /** Items ({row, time, mark, split, key, keyRow}) by `id:port`. */
    this.items = new Map();
  }

  run(inputs) {
    const names = connectorNames(this.graph);
    const sinks = {};
    let split = 0;
    for (const operator of this.graph.operators) {
      const id = operator.id ?? 0;
      const read = (operator.inputs ?? []).map((edge) => this.items.get(`${edge.operator ?? 0}:${edge.port ?? ""}`) ?? []);
      if (operator.source) {
        const lists = inputs[names.get(id)] ?? [];
        this.put(id, "", lists.flatMap((list) => { const n = split++; return list.map((r) => ({ row: toRow(operator.output, r), split: n })); }));
      } else if (operator.sink) {
        const columns = operator.sink.fields.map((f) => this.extract(f.value, read[0], this.inputType(operator)));
        sinks[names.get(id)] = read[0].map((_, i) => Object.fromEntries(operator.sink.fields.map((f, k) => [f.name, columns[k][i]])));
      } else for (const [port, items] of Object.entries(this.evaluate(operator, read))) this.put(id, port, items);
    }
    return sinks;
  }

  put(id, port, items) {
    this.items.set(`${id}:${port}`, items);
  }

  inputType(operator, side = 0) {
    const edge = operator.inputs[side];
    const before = this.graph.operators.find((o) => (o.id ?? 0) === (edge.operator ?? 0));
    if (!edge.port) return before.output;
    const late = (before.window ?? before.process).late;
    return [late, ...(before.process?.ports ?? [])].find((p) => p?.name === edge.port).type;
  }

  keyType(operator) {
    return this.graph.operators.find((o) => (o.id ?? 0) === (operator.inputs[0].operator ?? 0)).keyBy.keyType;
  }

  evaluate(operator, read) {
    const [items] = read;
    if (operator.map) return { "": this.call(operator.map.function, items).map((row, i) => ({ ...items[i], row })) };
    if (operator.filter) { const kept = this.call(operator.filter.function, items); return { "": items.filter((_, i) => kept[i]) }; }
    if (operator.flatMap) return { "": this.call(operator.flatMap.function, items).flatMap((rows, i) => rows.map((row) => ({ ...items[i], row }))) };
    if (operator.timestamps) return { "": this.timestamps(operator, items) };
    if (operator.union) return { "": read.flat() };
    if (operator.broadcast) return { "": items };
    if (operator.keyBy) {
      const keys = this.extract(operator.keyBy.key, items, this.inputType(operator));
      return { "": items.map((item, i) => ({ ...item, key: textOf(keys[i]), keyRow: toRow(operator.keyBy.keyType, keys[i]) })) };
    }
    if (operator.reduce) return { "": this.running(operator.reduce.function, items) };
    if (operator.aggregate) return { "": this.aggregate(operator, items) };
    if (operator.window) return this.window(operator, items);
    return this.process(operator, read);
  }

  /** Rows of calls of at most `batchRows` items. */
  batches(items, fn) {
    const out = [];
    for (let i = 0; i < items.length; i += this.batchRows) {
      this.instance.reset();
      out.push(...fn(items.slice(i, i + this.batchRows)));
    }
    return out;
  }

  call(number = 0, items) {
    return this.batches(items, (part) => this.instance.readOutput(number, this.instance.apply(number, part.map((i) => i.row))));
  }

  extract(extractor, items, type) {
    if (extractor.field) return items.map(({ row }) => (extractor.field.names ?? []).reduce((v, name) => v[name], fromRow(type, row)));
    const { output } = this.graph.functions[extractor.function ?? 0];
    return this.call(extractor.function, items).map((row) => fromRow(output, row));
  }

  timestamps(operator, items) {
    const { time, outOfOrderMs = 0 } = operator.timestamps;
    const times = this.extract(time, items, this.inputType(operator)).map(Number);
    const splits = new Map();
    items.forEach((item, i) => splits.set(item.split, [...(splits.get(item.split) ?? []), { ...item, time: times[i] }]));
    const queues = [...splits.values()].map((left) => ({ left, latest: -Infinity }));
    const out = [];
    while (out.length < items.length) {
      // the split that is furthest behind is read next
      const queue = queues.filter((q) => q.left.length).reduce((least, q) => (q.latest < least.latest ? q : least));
      const item = queue.left.shift();
      out.push({ ...item, mark: queue.latest - outOfOrderMs - 1 });
      queue.latest = Math.max(queue.latest, item.time);
    }
    return out;
  }

  /** The state after each item. */
  running(number = 0, items) {
    const states = new Map();
    return this.batches(items, (part) => {
      const keys = [...new Set(part.map((i) => i.key))];
      const before = keys.map((key) => states.get(key) ?? null);
      const { states: after, output } = this.instance.fold(number, part.map((i) => i.row), part.map((i) => keys.indexOf(i.key)), before, true);
      keys.forEach((key, g) => states.set(key, after[g]));
      return output.map((row, i) => ({ ...part[i], row }));
    });
  }

  aggregate(operator, items) {
    const { function: number, finish } = operator.aggregate;
    const states = this.running(number, items);
    return this.batches(states, (part) => {
      const zeros = part.map(() => 0);
      const rows = this.instance.finish(finish, part.map((i) => i.row), this.keyType(operator), part.map((i) => i.keyRow), zeros, zeros);
      return rows.map((row, i) => ({ ...part[i], row, key: undefined }));
    });
  }

  /** The windows of a time. */
  windowsOf({ fixed, sliding, session }, time) {
    if (session) return [{ start: time, end: time + session.gapMs }];
    const { sizeMs, slideMs = sizeMs, offsetMs = 0 } = fixed ?? sliding;
    const found = [];
    const last = Math.floor((time - offsetMs) / slideMs) * slideMs + offsetMs;
    for (let start = last; start + sizeMs > time; start -= slideMs) found.push({ start, end: start + sizeMs });
    return found;
  }

  window(operator, items) {
    const { window } = operator;
    const lateness = window.allowedLatenessMs ?? 0;
    const late = [];
    const filled = new Map();
    for (const item of items) {
      const found = this.windowsOf(window, item.time).filter(({ end }) => (window.session ? item.time : end - 1) + lateness > item.mark);
      if (!found.length) late.push(item);
      for (const { start, end } of found) {
        const id = `${item.key}@${start}${window.session ? `#${filled.size}` : ""}`;
        const known = filled.get(id) ?? { key: item.key, keyRow: item.keyRow, start, end, items: [] };
        known.items.push(item);
        filled.set(id, known);
      }
    }
    let windows = [...filled.values()].map((w) => ({ ...w, state: this.foldAll(window.function ?? 0, w.items) }));
    if (window.session) windows = this.sessions(window.function ?? 0, windows);
    windows.sort((a, b) => a.end - b.end);
    const results = windows.flatMap((w) => this.results(operator, w).map((row) => ({ row, time: w.end - 1, mark: w.end - 2, split: 0 })));
    return { "": results, ...(window.late && { [window.late.name]: late }) };
  }

  foldAll(number, items) {
    let state = null;
    this.batches(items, (part) => {
      const times = this.graph.functions[number].times ? part.map((i) => i.time) : undefined;
      [state] = this.instance.fold(number, part.map((i) => i.row), part.map(() => 0), [state], false, times).states;
      return [];
    });
    return state;
  }

  /** Windows of one record each, put together where they overlap. */
  sessions(number, windows) {
    const isReduce = this.graph.functions[number].kind.endsWith("REDUCE");
    const out = [];
    for (const w of windows.sort((a, b) => a.start - b.start)) {
      const open = out.findLast((o) => o.key === w.key);
      if (!open || open.end <= w.start) { out.push(w); continue; }
      this.instance.reset();
      const { states } = isReduce ? this.instance.fold(number, [w.state], [0], [open.state], false) : this.instance.merge(number, [w.state], [0], [open.state]);
      Object.assign(open, { state: states[0], end: Math.max(open.end, w.end) });
    }
    return out;
  }

  results(operator, { state, keyRow, start, end }) {
    const { finish } = operator.window;
    if (finish === undefined) return [state];
    this.instance.reset();
    return this.instance.finish(finish, [state], this.keyType(operator), [keyRow], [start], [end]).flat(1);
  }

  process(operator, read) {
    const { process } = operator;
    const isTimed = read[0].every((i) => i.time !== undefined);
    const out = { "": [], ...Object.fromEntries((process.ports ?? []).map((p) => [p.name, []])) };
    const types = { first: this.inputType(operator), second: operator.inputs.length > 1 && process.rules === undefined ? this.inputType(operator, 1) : undefined, key: this.keyType(operator) };
    const late = [];
    let entries = read.flatMap((items, side) => items.map((item) => ({ item, side })));
    if (process.inOrder) {
      const isRule = ({ side }) => side === 1 && process.rules !== undefined;
      for (const e of entries) if (isRule(e)) e.item = { ...e.item, time: Math.max(e.item.time, e.item.mark + 1) };
      const isLate = (e) => !isRule(e) && e.item.time + (process.allowedLatenessMs ?? 0) <= e.item.mark;
      late.push(...entries.filter(isLate).map((e) => e.item));
      entries = entries.filter((e) => !isLate(e)).sort((a, b) => a.item.time - b.item.time || a.side - b.side || a.item.split - b.item.split);
    }
    const states = new Map();
    const keyRows = new Map();
    let rules = null;
    const callFor = (part, watermark, processingTime) => {
      const keys = part ? [...new Set(part.map((e) => e.item.key))] : [...states.keys()];
      if (!keys.length) return;
      const entriesOf = part ?? [];
      for (const { item } of entriesOf) keyRows.set(item.key, item.keyRow);
      this.instance.reset();
      const answer = this.instance.process(operator, types, {
        first: entriesOf.filter((e) => !e.side).map((e) => e.item.row),
        second: entriesOf.filter((e) => e.side).map((e) => e.item.row),
        sides: entriesOf.map((e) => e.side),
        groups: entriesOf.map((e) => keys.indexOf(e.item.key)),
        states: keys.map((k) => states.get(k) ?? null),
        keys: keys.map((k) => keyRows.get(k)),
        times: isTimed && part ? entriesOf.map((e) => e.item.time) : undefined,
        marks: isTimed && part ? entriesOf.map((e) => (e.item.mark === -Infinity ? NONE : e.item.mark)) : undefined,
        watermark, processingTime, rules,
      });
      keys.forEach((k, g) => (answer.states[g] === null ? states.delete(k) : states.set(k, answer.states[g])));
      const add = (port, rows) => out[port].push(...rows.map(({ time, mark, ...row }) => ({ row, time: Number(time), mark: Number(mark), split: 0 })));
      add("", answer.output);
      (process.ports ?? []).forEach((p, i) => add(p.name, answer.ports[i]));
    };
    let part = [];
    const flush = () => { if (part.length) callFor(part, NONE, 0n); part = []; };
    for (const entry of entries) {
      if (entry.side === 1 && process.rules !== undefined) {
        flush();
        if (process.inOrder) callFor(null, BigInt(entry.item.time) - 1n, 0n);
        this.instance.reset();
        [rules] = this.instance.fold(process.rules, [entry.item.row], [0], [rules], false).states;
      } else if (part.push(entry) === this.batchRows) flush();
    }
    flush();
    callFor(null, END, END);
    return { ...out, ...(process.late && { [process.late.name]: late }) };
  }
}

