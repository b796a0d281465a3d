// The dataflow that a program builds when Node runs it: how records are pulled, and which flows wait to be run.
// Owns the list of flows; knows no connector and prints nothing.

/** Something with a name that inputs are bound to or results are filed under. */
export interface Endpoint {
  readonly direction: "source" | "sink";
  /** What it is called unless `name(x)` says otherwise: its topic, stream or table, else the connector's kind. */
  readonly base: string;
  name?: string;
}

/** Gives the records of an endpoint of direction "source": of each of its splits. */
export type ReadSource = (source: Endpoint) => readonly Iterable<unknown>[];

/** A record on its way, and what event time knows of it. */
export interface Item {
  readonly value: unknown;
  /** Its event time in milliseconds; NaN where it has none. Directly behind a source the source's own. */
  readonly time: number;
  /** The watermark of its split just before it. */
  readonly mark: number;
  /** The split that it comes from, counted over all sources. */
  readonly split: number;
}

/** A stage of a flow: pulls the records before it, one by one, and hands on its own. */
export type Pull = (read: ReadSource) => Iterable<Item>;

/** What leaves an operator that has side outputs: "" is its main output. */
export type Outputs = ReadonlyMap<string, readonly Item[]>;

/** An operator with side outputs as stages: it runs once, however many read from it. */
export function stagesOf(run: (read: ReadSource) => Outputs): (port: string) => Pull {
  const done = new WeakMap<ReadSource, Outputs>();
  return (port) => (read) => {
    const outputs = done.get(read) ?? run(read);
    done.set(read, outputs);
    return outputs.get(port) ?? [];
  };
}

/** The same record with another value. */
export function withValue(item: Item, value: unknown): Item {
  return { ...item, value };
}

/** Several streams as one: of those with times the record with the least one is next. */
export function* merged(pulls: readonly Pull[], read: ReadSource): Iterable<Item & { readonly side: number }> {
  const heads = pulls.map((pull, side) => ({ side, items: pull(read)[Symbol.iterator](), next: undefined as Item | undefined }));
  const step = (head: (typeof heads)[number]): void => {
    const { done, value } = head.items.next();
    head.next = done === true ? undefined : value;
  };
  heads.forEach(step);
  for (;;) {
    const waiting = heads.filter((h) => h.next !== undefined);
    const [head] = waiting.sort((a, b) => (a.next?.time ?? 0) - (b.next?.time ?? 0) || a.side - b.side);
    if (head?.next === undefined) return;
    yield { ...head.next, side: head.side };
    step(head);
  }
}

/** What a sink is given for one record: its fields by name. */
export type Row = Readonly<Record<string, unknown>>;

/** A stream that ends in a sink. */
export interface Flow {
  readonly sink: Endpoint;
  readonly pull: Pull;
  /** What the sink writes for one record. */
  readonly write: (record: unknown) => Row;
  /** Names of the fields whose last row stands; empty where every row does. */
  readonly keys: readonly string[];
}

const endpoints: Endpoint[] = [];
let splits = 0;
let waiting: Flow[] = [];
let namespace = "default";
let runner: Runner = () => undefined;

/** Runs flows, or has them run elsewhere. */
export type Runner = (flows: readonly Flow[], namespace: string) => void | Promise<void>;

/** Forgets everything: before another program is run in the same process. */
export function clear(): void {
  endpoints.length = 0;
  splits = 0;
  waiting = [];
}

/** The number of a split that has not been read before. */
export function nextSplit(): number {
  return splits++;
}

export function addEndpoint(direction: Endpoint["direction"], base: string): Endpoint {
  const endpoint: Endpoint = { direction, base };
  endpoints.push(endpoint);
  return endpoint;
}

export function addFlow(flow: Flow): void {
  waiting.push(flow);
}

/** The name of an endpoint; a name that was taken before gets "-2", "-3". */
export function nameOf(endpoint: Endpoint): string {
  const base = endpoint.name ?? endpoint.base;
  const same = endpoints.filter((other) => (other.name ?? other.base) === base);
  const nth = same.indexOf(endpoint) + 1;
  return nth > 1 ? `${base}-${nth}` : base;
}

/** Sets who runs flows: the command line's runner, or a test's. */
export function setRunner(run: Runner): void {
  runner = run;
}

/** Notes whose job is being built. */
export function setNamespace(name: string): void {
  namespace = name;
}

/** Runs the flows that wait, when main has built what it builds without waiting. */
export async function execute(): Promise<void> {
  await Promise.resolve();
  const flows = waiting;
  waiting = [];
  await runner(flows, namespace);
}
