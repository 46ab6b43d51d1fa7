/** What the server was started with, for people: no secret is in it. */
export interface ConfigurationInForce {
  /** Null where there is none. */
  readonly file: string | null;
  readonly settings: readonly {
    readonly path: string;
    readonly variable: string;
    readonly value: string | number | boolean | null;
    readonly origin: string;
    readonly help: string;
  }[];
  readonly providers: readonly {
    readonly name: string;
    readonly type: string;
    readonly base_url: string | null;
    readonly credential: string | null;
    readonly origin: string;
  }[];
}
