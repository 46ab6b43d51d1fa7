// How the server is looked at from outside: what of the configuration is for that.

import type { Secret } from "#domain/secret.ts";

export interface ObservingSettings {
  readonly metrics: MetricsSettings;
  readonly logs: LogSettings;
  readonly traces: TraceSettings;
}

export const traceCompressions = ["none", "gzip"] as const;
export const traceExporters = ["otlp", "none"] as const;
export const traceProtocols = ["http/protobuf", "http/json"] as const;
export type TraceProtocol = (typeof traceProtocols)[number];

export const traceSamplers = [
  ...(["always_on", "always_off", "traceidratio"] as const),
  ...(["parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"] as const),
] as const;
export type TraceSampler = (typeof traceSamplers)[number];

/** Where traces of requests go to. */
export interface TraceSettings {
  /** To which a path is added; null: there is none. */
  readonly endpoint: string | null;
  /** Goes before it. */
  readonly tracesEndpoint: string | null;
  /** In one text; may hold a credential: never print it. */
  readonly headers: Secret | null;
  readonly protocol: TraceProtocol;
  readonly compresses: boolean;
  readonly timeoutMs: number;
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: TraceSampler;
  /** From 0 to 1. */
  readonly ratio: number;
  readonly keepsErrors: boolean;
  /** Clients say which trace their requests are a part of. */
  readonly trustsParents: boolean;
  /** Prompts and answers, where the policy of their key has them stored. */
  readonly tellsTexts: boolean;
  readonly textCharacters: number;
  readonly isDisabled: boolean;
  readonly exporter: (typeof traceExporters)[number];
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
