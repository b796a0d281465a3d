// The job graph that main builds up, and its JSON (docs/abi.md, section 5; proto/lightflus/v1/job.proto).
//
// Owns the operators and the function table of this instance. The API's classes (`streams.ts`, `sources.ts`, `sinks.ts`) add to it;
// `exports.ts` asks for its text and looks functions up. Runs in main only.
import { fail } from "./host";
import { items, member, quote, unquote } from "./json";
import { Operation } from "./operators";
import { Ports } from "./ports";

const SDK_VERSION = "0.1.0";

/** An operator; `name`, `parallelism`, and of one with side outputs `kind`, may be set after it was added. */
export class Node {
  name: string = "";
  parallelism: i32 = 0;
  ports: Ports | null = null;
  /** The edge that leads from here to a reader. */
  edge: string;

  /**
   * @param inputs what it reads from: edges, separated by commas; "" on a source.
   * @param kind the member of the oneof, e.g. `"map":{"function":0}`. @param output a Type, or "" on a sink.
   */
  constructor(
    public id: i32,
    public inputs: string,
    public output: string,
    public kind: string,
    public position: string,
  ) {
    this.edge = '{"operator":' + id.toString() + "}";
  }

  toJson(): string {
    let out = '{"id":' + this.id.toString();
    if (this.name.length) out += ',"name":' + quote(this.name);
    if (this.inputs.length) out += ',"inputs":[' + this.inputs + "]";
    if (this.output.length) out += ',"output":' + this.output;
    if (this.parallelism) out += ',"parallelism":' + this.parallelism.toString();
    if (this.position.length) out += ',"position":' + this.position;
    return out + "," + this.kind + "}";
  }
}

class Graph {
  job: string = "";
  namespace: string = "";
  executed: bool = false;
  /** The minor version of the ABI that the module needs, as a member of the graph; "" = 0. */
  minor: string = "";
  nodes: Array<Node> = [];
  functions: Array<string> = [];
  operations: Array<Operation> = [];
}

const graph = new Graph();

/** Names the job. A module holds one. */
export function setJob(job: string, namespace: string): void {
  if (graph.job.length) fail("ExecutionContext.new(...) is called twice: a program is one job", "", 0, 0);
  if (!job.length) fail("ExecutionContext.new(...) needs a job name as its first argument", "", 0, 0);
  graph.job = job;
  graph.namespace = namespace;
}

export function setExecuted(): void {
  graph.executed = true;
}

/** Adds an operator; `inputs`: its edges. */
export function addNode(inputs: string, output: string, kind: string, meta: string): Node {
  const node = new Node(graph.nodes.length, inputs, output, kind, member(meta, "position"));
  graph.nodes.push(node);
  return node;
}

/** A side output of an operator, for streams that read it: what they are told of the operator reaches no graph. */
export function sideOf(node: Node, port: string): Node {
  const side = new Node(node.id, node.inputs, node.output, node.kind, node.position);
  side.edge = '{"operator":' + node.id.toString() + ',"port":' + quote(port) + "}";
  return side;
}

/** The module uses event time: an engine that does not know it refuses the module by this. */
export function needTime(): void {
  graph.minor = ',"abiMinor":2';
}

/** Whether all records that come over these edges have an event time. */
export function isTimed(edges: string): bool {
  if (!edges.length) return false;
  const list = items("[" + edges + "]");
  for (let i = 0; i < list.length; i++) {
    const node = graph.nodes[number(member(list[i], "operator"))];
    if (!node.kind.startsWith('"timestamps"') && !isTimed(node.inputs)) return false;
  }
  return true;
}

/** Adds a function to the table and the graph; answers its number. `output` may bring further members behind the type. */
export function addFunction(kind: string, input: string, output: string, meta: string, operation: Operation): i32 {
  let out = '{"kind":"FUNCTION_KIND_' + kind + '","input":' + input + ',"output":' + output;
  const reads = member(meta, "reads");
  if (reads.length) out += ',"reads":{"names":' + reads + "}";
  out += part(meta, "keeps") + part(meta, "position") + part(meta, "name");
  graph.functions.push(out + "}");
  graph.operations.push(operation);
  return graph.operations.length - 1;
}

function part(meta: string, name: string): string {
  const value = member(meta, name);
  return value.length ? ',"' + name + '":' + value : "";
}

/** What the module does for a function number. */
export function operationOf(call: i32): Operation {
  if (<u32>call >= <u32>graph.operations.length) fail("there is no function " + call.toString(), "", 0, 0);
  return graph.operations[call];
}

/** Ends the build at the place that `meta` names. */
export function failAt(meta: string, text: string): void {
  const position = member(meta, "position");
  fail(text, unquote(member(position, "file")), number(member(position, "line")), number(member(position, "column")));
}

function number(json: string): i32 {
  let n = 0;
  for (let i = 0; i < json.length; i++) n = n * 10 + (json.charCodeAt(i) - 48);
  return n;
}

/** Ends the build at the last operator of the flow that nobody starts. */
function failUnstarted(): void {
  const last = graph.nodes.length - 1;
  const position = last >= 0 ? graph.nodes[last].position : "";
  const text = "this program starts no job: end its flow with .sink(...).execute()";
  if (position.length) failAt('"position":' + position, text);
  fail(text, "", 0, 0);
}

/** The whole graph as JSON. */
export function graphText(): string {
  if (!graph.job.length) fail("this program makes no job: call ExecutionContext.new(job, namespace) first", "", 0, 0);
  if (!graph.executed) failUnstarted();
  let out = '{"version":1,"job":' + quote(graph.job) + ',"namespace":' + quote(graph.namespace) + ',"operators":[';
  for (let i = 0; i < graph.nodes.length; i++) out += (i ? "," : "") + graph.nodes[i].toJson();
  out += '],"functions":[' + graph.functions.join(",");
  return out + '],"sdk":{"language":"typescript","version":"' + SDK_VERSION + '"}' + graph.minor + "}";
}
