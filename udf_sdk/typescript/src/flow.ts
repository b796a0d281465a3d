// The dataflow that a program builds when Node runs it: how records are pulled, and which flows wait to be run.
// Owns the list of flows; knows no connector and prints nothing.

/** Something with a name that inputs are bound to or results are filed under. */
export interface Endpoint {
  readonly direction: "source" | "sink";
  /** What it is called unless `name(x)` says otherwise: its topic, stream or table, else the connector's kind. */
  readonly base: string;
  name?: string;
}

/** Gives the records of an endpoint of direction "source". */
export type ReadSource = (source: Endpoint) => Iterable<unknown>;

/** A stage of a flow: pulls the records before it, one by one, and hands on its own. */
export type Pull = (read: ReadSource) => Iterable<unknown>;

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
let waiting: Flow[] = [];
let runner: (flows: readonly Flow[]) => void = () => undefined;

/** Forgets everything: before another program is run in the same process. */
export function clear(): void {
  endpoints.length = 0;
  waiting = [];
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
export function setRunner(run: (flows: readonly Flow[]) => void): void {
  runner = run;
}

/** Runs the flows that wait, when main has built what it builds without waiting. */
export async function execute(): Promise<void> {
  await Promise.resolve();
  const flows = waiting;
  waiting = [];
  runner(flows);
}
