// Sources on their way into the graph: a connector, a format, what becomes of bad records.
import { addNode, failAt } from "./graph";
import { quote } from "./json";
import { Options } from "./options";
import { Schema } from "./schema";
import { ExecutionContext, Stream } from "./streams";
import { typeOf } from "./types";

/** Where records come from. */
export class Source<T> {
  private format: string = "";
  protected policy: string = "";
  /** The record is the message around the value. */
  private envelope: bool = false;

  constructor(
    private kind: string,
    private options: Options,
  ) {}

  describe(schema: Schema | null, policy: string): void {
    this.policy = policy;
    if (!schema) return;
    this.format = schema.format;
    this.options.setUnder("format", schema.pairs);
  }

  setEnvelope(): void {
    this.envelope = true;
  }

  createFlow(_ctx: ExecutionContext, meta: string = ""): Stream<T> {
    let out = '"source":{"connector":{"kind":' + quote(this.kind) + ',"options":' + this.options.toJson() + "}";
    if (this.format.length) out += ',"format":' + quote(this.format);
    if (this.policy.length) out += ',"badRecords":"' + policyName(this.policy, meta) + '"';
    if (this.envelope) out += ',"envelope":true';
    return new Stream<T>(addNode("", typeOf<T>(), out + "}", meta));
  }
}

function policyName(policy: string, meta: string): string {
  if (policy == "fail") return "BAD_RECORDS_FAIL";
  if (policy == "drop") return "BAD_RECORDS_DROP";
  if (policy != "dead-letter") failAt(meta, 'what becomes of bad records is "fail", "dead-letter" or "drop"');
  return "BAD_RECORDS_DEAD_LETTER";
}

/** A source that is being described. */
export abstract class SourceBuilder {
  protected options: Options = new Options();
  protected policy: string = "";

  protected setPolicy(policy: string): void {
    this.policy = policy;
  }

  /** Ends the build if something is missing. */
  abstract check(meta: string): void;
}

/** A source by its connector's kind. */
export class ConnectorSource<T> extends Source<T> {
  badRecords(policy: string): ConnectorSource<T> {
    this.policy = policy;
    return this;
  }
}
