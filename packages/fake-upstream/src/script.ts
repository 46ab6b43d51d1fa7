// What a test tells the fake vendor to do: plain data, so that it can also be posted to a vendor in its own process.
// stage.ts has one handler per kind; a wrapper (`slow-headers`, `stall`, `cut`, ...) changes how another script is played.

export type HeaderMap = Readonly<Record<string, string>>;
export type JsonObject = Readonly<Record<string, unknown>>;

/** How an answer is written, whatever is in it. */
export interface Delivery {
  /** Added to the usual headers, or in place of them. */
  readonly headers?: HeaderMap;
  /** Wait before the headers. */
  readonly delayMs?: number;
  /** Write in pieces of so many bytes, each in its own turn of the event loop. */
  readonly writeBytes?: number;
  /** Time from one write to the next, kept over the whole answer and not per gap. */
  readonly paceMs?: number;
}

/** Exactly these bytes, of which one of `text` and `base64` is given. */
export interface Bytes {
  readonly text?: string;
  readonly base64?: string;
}

/** A fixed answer with a content-length. `body` is sent as JSON. */
export interface AnswerScript extends Delivery, Bytes {
  readonly kind: "answer";
  readonly status?: number;
  readonly body?: unknown;
}

/** Recorded bytes, replayed in chunked encoding; an event stream unless `headers` say otherwise. */
export interface RawScript extends Delivery, Bytes {
  readonly kind: "raw";
  readonly status?: number;
  /** One write per server-sent event. */
  readonly perEvent?: boolean;
}

export interface ScriptedToolCall {
  readonly name: string;
  readonly arguments: JsonObject;
}

/** A generated answer, streamed or not as the request says; also serves the legacy completions. */
export interface ChatScript extends Delivery {
  readonly kind: "chat";
  /** Default: an echo of the last user message. */
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** Number of content chunks; without it, one per word. Without `text`, as many words are made up. */
  readonly chunks?: number;
  readonly tokensPerSecond?: number;
  /** The vendor's usage object as it stands on the wire; `none` sends no usage at all. */
  readonly usage?: JsonObject | "none";
  /** Send the usage chunk to a client that did not ask for it, as some vendors do. */
  readonly usageUnasked?: boolean;
  readonly finishReason?: string;
  /** Cut the text at the request's `stop` and `max_tokens`. The default echo always does. */
  readonly obeyLimits?: boolean;
  readonly withoutDone?: boolean;
  readonly lineEnding?: "\n" | "\r\n";
  /** Put before the first event, such as `OPENROUTER PROCESSING`. */
  readonly comment?: string;
  /** After so many content chunks of a stream: an error event, then the end without `[DONE]`. */
  readonly errorAfterChunks?: number;
  readonly streamError?: JsonObject;
}

/** What the path calls for: chat, completions, embeddings, models. This is what happens without a script. */
export interface DefaultScript {
  readonly kind: "default";
}

/** `connect`: nothing is answered at all. `headers`: headers and no body. */
export type StopPoint = "connect" | "headers" | { readonly chunks: number } | { readonly bytes: number };

/** Falls silent there and keeps the connection open. */
export interface StallScript {
  readonly kind: "stall";
  readonly after: StopPoint;
  readonly of?: Script;
}

/** Ends the connection there: `reset` with RST (default), `close` with FIN. */
export interface CutScript {
  readonly kind: "cut";
  readonly after: StopPoint;
  readonly how?: "reset" | "close";
  readonly of?: Script;
}

/** The vendor's real error bodies; see openai/errors.ts for the statuses and codes it knows. */
export interface ErrorScript {
  readonly kind: "error";
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  readonly headers?: HeaderMap;
}

/** `http` breaks the status line itself; `empty` is a 200 without a body. */
export interface MalformedScript {
  readonly kind: "malformed";
  readonly where: "json" | "sse" | "html" | "empty" | "http";
}

/** These bytes on the socket in place of an HTTP answer, then the end: for headers that no server library would send. */
export interface WireScript extends Bytes {
  readonly kind: "wire";
}

/** A valid answer whose text has so many bytes, made while it is sent; an event stream when the request asks for one. */
export interface HugeScript {
  readonly kind: "huge";
  readonly bytes: number;
}

export interface SlowHeadersScript {
  readonly kind: "slow-headers";
  readonly delayMs: number;
  readonly of?: Script;
}

/** Answers as soon as the request's headers are there, without waiting for its body. */
export interface EarlyScript {
  readonly kind: "early";
  readonly of: Script;
}

/** A full answer, after which the connection is dropped without having been announced as closing. */
export interface DropAfterScript {
  readonly kind: "drop-after";
  readonly of?: Script;
}

/** The answer with `content-encoding: gzip`. */
export interface GzipScript {
  readonly kind: "gzip";
  readonly of?: Script;
}

export type Script =
  | AnswerScript
  | RawScript
  | ChatScript
  | DefaultScript
  | StallScript
  | CutScript
  | ErrorScript
  | MalformedScript
  | WireScript
  | HugeScript
  | SlowHeadersScript
  | EarlyScript
  | DropAfterScript
  | GzipScript;
