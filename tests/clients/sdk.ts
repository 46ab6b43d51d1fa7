// What a folder in sdks/ says of its SDK, and what its driver is asked and answers.

import type { vendorDialects } from "./vendor/vendor.ts";

export type Language = "python" | "node" | "go" | "java" | "rust";

export type DialectName = (typeof vendorDialects)[number]["name"];

export type Operation = "plain" | "stream" | "tools" | "embeddings" | "models";

/** What can be wrong; a client has a class for each. */
export type Trouble =
  | "unauthorized"
  | "forbidden"
  | "unknownModel"
  | "limited"
  | "badGateway"
  | "unavailable"
  /** In the middle of a stream. */
  | "broken";

/** How a client goes on after a failure, by its makers' own settings. */
export interface Persistence {
  /** Requests for one call when every answer is a 503. */
  readonly requests: number;
  /** Obeys `x-should-retry: false`. */
  readonly obeys: boolean;
  /** For the documentation: statuses and pauses. */
  readonly retries: string;
  /** For the documentation: how long a `Retry-After` it waits for, and what it does beyond. */
  readonly retryAfter: string;
}

export interface ClientDefinition {
  readonly name: string;
  /** Given to the driver, when it drives several. */
  readonly api: string;
  readonly dialect: DialectName;
  /** A vendor of another format, whom it is tried with as well. */
  readonly across: DialectName;
  readonly operations: readonly Operation[];
  /** The class that it raises, without its package; several where it goes by what the vendor said. */
  readonly raises: Readonly<Record<Trouble, string | readonly string[]>>;
  readonly persistence: Persistence;
  /** Comments in its stream do no harm; null: the dialect has none. */
  readonly keepAlive: string;
  readonly notes?: string;
  /** Its errors hold no message of the server. */
  readonly isTaciturn?: boolean;
  /** Scenarios whose errors it keeps to itself, whatever it is told. */
  readonly swallows?: readonly string[];
  /** Its errors hold no status. */
  readonly hidesStatus?: boolean;
  /** Its iterators deliver nothing of an answer that breaks off soon. */
  readonly buffers?: boolean;
}

export interface Sdk {
  readonly language: Language;
  /** As versions.json names them; the first one's version is the SDK's. */
  readonly packages: readonly string[];
  /** Its source, in the SDK's folder. */
  readonly driver: string;
  readonly clients: readonly ClientDefinition[];
}

export interface Job {
  readonly api: string;
  readonly operation: Operation;
  /** Of the gateway, without a path. */
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
  readonly tool: { readonly name: string; readonly result: string };
}

/** One line of JSON from the driver. */
export interface DriverAnswer {
  /** Also what came before an error. */
  readonly text?: string;
  readonly finish?: string | null;
  readonly calls?: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly vectors?: readonly number[];
  readonly models?: readonly string[];
  readonly error?: { readonly class: string; readonly status?: number | null; readonly message: string };
}
