// How the server is looked at from outside: what of the configuration is for that.

import type { Secret } from "#domain/secret.ts";

export interface ObservingSettings {
  readonly metrics: MetricsSettings;
  readonly logs: LogSettings;
}

export interface MetricsSettings {
  /** Anybody may read `/metrics` and `/status`. */
  readonly isOpen: boolean;
  readonly token: Secret | null;
  /** So many values of a label that people make up are told apart. */
  readonly mostNames: number;
  /** A port for metrics alone; null: there is none. */
  readonly port: number | null;
  /** Of that port; null: that of the server. */
  readonly host: string | null;
}

/** Where lines of logs go to, beside standard error, which has the server's own. */
export interface LogSettings {
  /** Each has a line when it is over. */
  readonly requests: boolean;
  /** Lines of requests that went well, in a second and thread; null: all. Others always have theirs. */
  readonly requestsPerSecond: number | null;
  readonly toStdout: boolean;
  /** Null: there are no files. */
  readonly file: string | null;
  readonly fileBytes: number;
  /** With the one that is written to. */
  readonly files: number;
  readonly fileAgeMs: number;
  /** Null: no receiver. */
  readonly syslog: {
    readonly transport: "udp" | "tcp" | "tls";
    readonly host: string;
    readonly port: number;
  } | null;
}
