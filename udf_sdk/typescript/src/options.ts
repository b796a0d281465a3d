// Words that connectors share.

/** Options by name; those without a value are left out. */
export type ConnectorOptions = Readonly<Record<string, string | number | boolean | undefined>>;

/** Passwords and tokens that a job names without holding them: the engine looks them up when the job starts. */
export class Secret {
  private constructor() {}

  /**
   * The value of an environment variable of the worker.
   *
   * @example Redis.new<Count>().host("cache").password(Secret.env("REDIS_PASSWORD"))
   */
  static env(name: string): string {
    return `env:${name}`;
  }

  /** The content of a file of the worker. */
  static file(path: string): string {
    return `file:${path}`;
  }
}

/** The options whose value is the name of a source or sink. */
const ADDRESSES = ["topic", "stream", "table"];

/** @internal What a source or sink is called unless name(x) says otherwise: its address, else the connector's kind. */
export function nameOf(kind: string, valueOf: (option: string) => unknown): string {
  const found = ADDRESSES.map(valueOf).find((value) => value !== undefined && value !== "");
  return found === undefined ? kind : `${found}`;
}
