// The one typed configuration. Built by load.ts from the environment and ghostllm.yaml; all else receives it as a value.

import type { BackedUp } from "./backup-options.ts";
import type { RealtimeSettings } from "./realtime.ts";
import type { StreamSettings } from "./streams.ts";
import type { Additions } from "#domain/additions.ts";
import type { AdminRoutes, ParsedInput, Service } from "@ghostllm/contract/routes";
import type { EgressSettings } from "#domain/egress/egress.ts";
import type { Secret } from "#domain/secret.ts";
import type { EventOptions } from "./events.ts";
import type { ObservingSettings } from "./observing.ts";
import type { AcmeSettings, ManagementSettings, ServerTls } from "./tls-config.ts";

export interface Timeouts {
  /** TCP and TLS with the vendor. */
  readonly connectMs: number;
  /** From the request sent to the vendor's response headers. */
  readonly firstByteMs: number;
  /** Silence within an answer. */
  readonly idleMs: number;
  /** The whole request, retries included. */
  readonly totalMs: number;
  /** Silence while a client sends its request body. */
  readonly requestBodyIdleMs: number;
  /** Before the last target is asked once more; up to twice as long. */
  readonly retryDelayMs: number;
  /** How long all goes on as before after SIGTERM, but for readiness. */
  readonly shutdownDelayMs: number;
  /** How long streams may go on after that. */
  readonly drainMs: number;
  /** Silence within a stream after which its client is told that it goes on; 0 for never. */
  readonly streamKeepAliveMs: number;
}

export interface RequestLimits {
  /** Largest request body, after decompression. */
  readonly bodyBytes: number;
  /** Most values that the JSON of a large one may hold. */
  readonly bodyValues: number;
  /** Largest answer that is held in memory to read its usage; a larger one is passed through as it comes. */
  readonly answerBufferBytes: number;
  /** Output tokens reserved against a budget for a request that names no maximum itself. */
  readonly assumedOutputTokens: number;
  /** A stream that has cost more than was reserved ends when the rest of its budget is used up. */
  readonly cutStreamsOverBudget: boolean;
  /** How long a request waits that is one too many at a time for its key, user, team, organisation or alias; 0: it is refused. */
  readonly waitMs: number;
  /** At each of these. */
  readonly mostWaiting: number;
}

/** What is held for clients at most. */
export interface Capacity {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Of request bodies and plain answers, at a time. */
  readonly heldBytes: number;
  readonly heldBytesPerKey: number;
  readonly heldBytesPerAddress: number;
  /** How long a client may take nothing of an answer that waits for it. */
  readonly answerUnreadMs: number;
  /** Of answers that are kept for requests that come again, all together, and of one; of vectors by which they are found. */
  readonly cacheBytes: number;
  readonly cachedAnswerBytes: number;
  readonly vectorBytes: number;
  readonly streams: StreamSettings;
  readonly realtime: RealtimeSettings;
}

export interface AnswerSettings {
  /** The model that answers name: as the vendor calls it, or as the client asked for it. */
  readonly model: "vendor" | "asked";
}

/** A server through which vendors are reached. */
export interface ProxyServer {
  /** Scheme, host and port. */
  readonly url: string;
  /** `user:password`. */
  readonly credentials: Secret | null;
}

/** The way from here to vendors. */
export interface Network {
  /** For vendors at http URLs. */
  readonly httpProxy: ProxyServer | null;
  readonly httpsProxy: ProxyServer | null;
  /** What the two above are where nothing else is told of them. */
  readonly allProxy: ProxyServer | null;
  /** Who is asked directly, as `NO_PROXY` has it. */
  readonly noProxy: readonly string[];
  /** What runs on this machine is asked through the proxies, too. */
  readonly proxiesLoopback: boolean;
  readonly certificatesFile: string | null;
  /** What is in that file, in PEM: trusted beside what Node knows. */
  readonly certificates: string | null;
}

/** Who is believed about the address of a client. */
export interface TrustedProxies {
  /** Addresses, ranges (`10.0.0.0/8`), or `loopback` or `private`; none for none. */
  readonly addresses: readonly string[];
  readonly header: "auto" | "x-forwarded-for" | "forwarded";
  /** They tell the address before the first byte of a connection. */
  readonly proxyProtocol?: boolean;
}

/** Pages of which origins may call. */
export interface CorsSettings {
  /** `https://app.example.com`, `https://*.example.com`, `http://localhost:*`, or `*` for all. */
  readonly origins: readonly string[];
  /** The same for what is for operators; never `*`. */
  readonly adminOrigins: readonly string[];
  /** Browsers may send cookies along. */
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

export interface CompressionSettings {
  readonly isEnabled: boolean;
  /** Smaller answers are sent as they are. */
  readonly minBytes: number;
}

/** Which keys encrypt what is stored. */
export interface EncryptionSettings {
  /** Itself, or where a service keeps it; null: a file in `dataDir`. */
  readonly key: Secret | null;
  /** In the same forms: they open what is older. */
  readonly previousKeys: readonly Secret[];
  readonly vaultToken: Secret | null;
  readonly vaultNamespace: string | null;
  readonly awsAccessKeyId: string | null;
  readonly awsSecretAccessKey: Secret | null;
  readonly awsSessionToken: Secret | null;
  /** In place of Amazon's own address. */
  readonly kmsEndpoint: string | null;
}

/** What stands between clients and the server. */
export interface EdgeSettings {
  /** Vendors are told which trace a request belongs to. */
  readonly tracesVendors: boolean;
  /** Null: the port speaks plain HTTP. */
  readonly tls: ServerTls | null;
  /** Null: certificates are in files, or there are none. */
  readonly acme: AcmeSettings | null;
  /** Null: there is no port for operators alone. */
  readonly management: ManagementSettings | null;
  /** Names of this server for which it has ports 80 and 443, unless others are set. */
  readonly domains: readonly string[];
  /** How long browsers ask for nothing but TLS after an answer by TLS; 0 for nothing of the kind. */
  readonly hstsSeconds: number;
  /** A port that leads to TLS. */
  readonly redirectPort: number | null;
  /** `host` or `host:port`, by which clients know this server. */
  readonly publicHosts: readonly string[];
  readonly compression: CompressionSettings;
  readonly cors: CorsSettings;
  readonly trustedProxies: TrustedProxies;
}

/** The fields of a model that an operator can set, as in the admin API. */
export type ModelSettings = ParsedInput<AdminRoutes["models"]["update"]>["body"];

/** A vendor found in the environment or declared in ghostllm.yaml. */
export interface ConfiguredProvider {
  readonly name: string;
  readonly type: string;
  readonly baseUrl: string | null;
  readonly credential: Secret | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly additions: Additions;
  /** What is set of its models, by name: prices, context lengths. */
  readonly models?: Readonly<Record<string, ModelSettings>>;
  /** What named it, for messages: `OPENAI_API_KEY`, `ghostllm.yaml:3`. */
  readonly origin: string;
  /** The file names it: it is what the file says, and nobody else changes it. */
  readonly isDeclared: boolean;
}

/** Who decides while Redis is not asked: each instance by its share, nobody (all are refused), or nobody (all are let in). */
export type WhenAway = "local" | "deny" | "allow";

/** Where what instances share is kept. */
export interface RedisSettings {
  /** Null: this is the only instance, and keeps it in its memory. Holds a password: never print it. */
  readonly url: Secret | null;
  /** Before all names. */
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly whenAway: { readonly limits: WhenAway; readonly budgets: WhenAway };
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** When targets are left alone, and for how long. */
export interface HealthSettings {
  /** The first time; from then on twice as long each time, up to the longest. */
  readonly restMs: number;
  readonly longestRestMs: number;
  /** Of those whose account or credential is at fault. */
  readonly parkMs: number;
  /** Over which shares are counted. */
  readonly windowMs: number;
  /** From this share of failures, or of slow answers, on; 0: shares do not count. */
  readonly failurePercent: number;
  readonly leastRequests: number;
  /** Until the first word of a stream; null: none is slow. */
  readonly slowStreamMs: number | null;
  /** Until an answer is whole that is not streamed. */
  readonly slowAnswerMs: number | null;
  /** Between two checks of providers whose models rest; null: they are not checked. */
  readonly checkMs: number | null;
}

/** How people are written to. */
export interface MailSettings {
  /** Null: no mail is sent. Holds a password: never print it. */
  readonly smtpUrl: Secret | null;
  readonly from: string | null;
  /** Where people reach this server, without a path. */
  readonly publicUrl: string | null;
  /** A server at `smtp://` must offer STARTTLS. */
  readonly requireTls: boolean;
  readonly timeoutMs: number;
}

export interface Config extends ObservingSettings, BackedUp {
  readonly server: {
    readonly host: string;
    readonly port: number;
    /** Threads that answer requests; `auto`: as many as there are processors. */
    readonly workers: number | "auto";
  };
  /** What this server runs. */
  readonly services: readonly Service[];
  /** `postgres://...`, or null for the embedded SQLite in `dataDir`. Holds a password: never print it. */
  readonly databaseUrl: Secret | null;
  /** How long this server may go without hearing from PostgreSQL before it takes no more requests. */
  readonly databaseLeaseMs: number;
  /** A copy from which reports and lists are read; null: there is none. Holds a password, too. */
  readonly databaseReplica: { readonly url: Secret | null; readonly maxLagMs: number };
  /** How long single requests are kept; null: for ever. */
  readonly retention: {
    readonly usageDays: number | null;
    readonly auditDays: number | null;
    readonly consentDays: number;
    /** Of stored prompts and answers; 0: none are stored. */
    readonly promptDays: number;
  };
  readonly redis: RedisSettings;
  readonly dataDir: string;
  readonly adminApiKey: Secret | null;
  readonly adminEmail: string;
  readonly adminPassword: Secret | null;
  readonly jwtSecret: Secret | null;
  readonly encryption: EncryptionSettings;
  readonly logLevel: LogLevel;
  readonly timeouts: Timeouts;
  readonly limits: RequestLimits;
  /** Of chat sessions: those of one user, and what one may hold. */
  readonly sessions: { readonly sessions: number; readonly messages: number; readonly bytes: number };
  readonly capacity: Capacity;
  readonly answers: AnswerSettings;
  readonly health: HealthSettings;
  readonly edge: EdgeSettings;
  readonly network: Network;
  readonly egress: EgressSettings;
  readonly events: EventOptions;
  readonly mail: MailSettings;
  readonly signIn: {
    /** Of whom that signs in with a password. */
    readonly requireSecondFactor: "none" | "admins" | "all";
  };
  readonly providers: readonly ConfiguredProvider[];
  /** Between two looks at a vendor's list of models. */
  readonly modelListIntervalMs: number;
  /** The list of prices: a file or a URL, null for the one that comes with GhostLLM. */
  readonly prices: { readonly source: string | null; readonly refreshMs: number };
  /** Null: none is served. */
  readonly console: { readonly directory: string | null };
  /** Between two looks at a configuration file at a URL. */
  readonly configuration: { readonly pollMs: number };
  /** Whose admin API is answered as well. */
  readonly compat: { readonly litellm: boolean };
  /** Look for an Ollama at its default address at start. */
  readonly detectOllama: boolean;
}
