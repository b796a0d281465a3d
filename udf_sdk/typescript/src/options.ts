// Words that several connectors share.

/** Which part of a server's certificate is checked, and who the job says that it is. Paths are those of the worker. */
export interface TlsOptions {
  /** A file with the authorities to trust; the system's unless told. */
  ca?: string;
  /** A file with the job's own certificate. */
  cert?: string;
  /** A file with its key. */
  key?: string;
  /** The password of the key, as `Secret.env("KEY_PASSWORD")`. */
  keyPassword?: string;
}

/** What becomes of a message that cannot be read as a record. */
export type BadRecordPolicy = "fail" | "dead-letter" | "drop";

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
