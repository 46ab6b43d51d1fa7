// The way of a request from a client's dialect to a target's and of the answer back. Within one dialect bytes pass and
// are only watched; across dialects everything goes through the hub. Whoever calls need not know which of the two it is.

import { GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import type { ChatEvent, Usage } from "#hub.ts";
import type { Operation } from "#operations.ts";
import type { Quirks } from "#providers/definition.ts";
import type {
  ClientDialect,
  Dialect,
  ParsedRequest,
  RequestEdits,
  StreamDecoder,
  StreamEncoder,
  StreamTap,
  UpstreamDialect,
} from "./dialect.ts";
import type { Notes } from "./extras.ts";
import { dropForeignSeals } from "./seals.ts";
import { classify } from "./vendor-error.ts";

export interface WholeAnswerReading {
  /** For the client. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  /** The vendor's body is no answer of its dialect. */
  readonly isBroken: boolean;
}

export interface ErrorReading {
  /** For the client. */
  readonly body: Buffer;
  readonly code: ErrorCode;
  /** The vendor's own; empty where it said nothing. */
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

export interface Passage {
  /** `notes` name what the target's dialect cannot express. */
  encodeRequest(
    request: ParsedRequest,
    edits: RequestEdits,
  ): { readonly body: Buffer | string; readonly notes: readonly string[] };
  readAnswer(body: Buffer, request: ParsedRequest): WholeAnswerReading;
  /** A vendor's own error. */
  readError(status: number, body: Buffer): ErrorReading;
  /** Is an answer of this content type a stream of events? */
  isStream(contentType: string): boolean;
  createStreamTap(request: ParsedRequest, quirks: Quirks): StreamTap;
  /** Null: an answer must be held as a whole to be translated. */
  createLargeAnswerTap(): StreamTap | null;
}

export function passageBetween(client: Dialect, upstream: Dialect, operation: Operation): Passage {
  if (client.name === upstream.name) return passThrough(upstream);
  return operation === "embeddings" ? translateEmbeddings(client, upstream) : translate(client, upstream);
}

function passThrough({ upstream }: Dialect): Passage {
  return {
    encodeRequest: (request, edits) => ({ body: upstream.editRequest(request, edits), notes: [] }),
    readAnswer(body) {
      const { usage, broken } = upstream.readAnswer(body);
      return { body, usage, isBroken: broken };
    },
    readError: (status, body) => ({ ...readError(upstream, status, body), body }),
    isStream: (contentType) => isStreamOf(upstream, contentType),
    createStreamTap: (request, quirks) => upstream.createStreamTap(request, quirks),
    createLargeAnswerTap: () => upstream.createLargeAnswerTap(),
  };
}

function readError(upstream: UpstreamDialect, status: number, body: Buffer): Omit<ErrorReading, "body"> {
  const error = upstream.readError(body.toString("utf8"));
  const { message, retryAfterSeconds } = error;
  const told = { code: classify(error, status), message: message ?? "" };
  return retryAfterSeconds === undefined ? told : { ...told, retryAfterSeconds };
}

function isStreamOf({ streamContentType }: UpstreamDialect, contentType: string): boolean {
  return contentType.toLowerCase().startsWith(streamContentType);
}

function translate({ client }: Dialect, { name, upstream }: Dialect): Passage {
  return {
    encodeRequest(request, edits) {
      const notes: Notes = new Set();
      const meant = dropForeignSeals(client.decodeRequest(request), name, notes);
      const written = upstream.encodeRequest(meant, edits);
      return { body: written.body, notes: [...notes, ...written.notes] };
    },
    readAnswer(body, request) {
      const result = upstream.decodeResult(body);
      if (result === null) return { body, usage: null, isBroken: true };
      return { body: Buffer.from(client.encodeResult(result, request)), usage: result.usage, isBroken: false };
    },
    readError: (status, body) => translateError(client, readError(upstream, status, body)),
    isStream: (contentType) => isStreamOf(upstream, contentType),
    createStreamTap: (request) =>
      new TranslatingTap(upstream.createStreamDecoder(), client.createStreamEncoder(request)),
    createLargeAnswerTap: () => null,
  };
}

function translateError(client: ClientDialect, error: Omit<ErrorReading, "body">): ErrorReading {
  const message = error.message || "The provider answered with an error.";
  return { ...error, body: Buffer.from(client.encodeError(new GhostError(error.code, message))) };
}

function translateEmbeddings(client: Dialect, upstream: Dialect): Passage {
  const ours = client.client.embeddings;
  const theirs = upstream.upstream.embeddings;
  if (ours === undefined || theirs === undefined)
    throw new TypeError("a way of embeddings leads between two that know them");
  return {
    ...translate(client, upstream),
    encodeRequest: (request, edits) => theirs.encodeRequest(ours.decodeRequest(request), edits),
    readAnswer(body, request) {
      const result = theirs.decodeResult(body);
      if (result === null) return { body, usage: null, isBroken: true };
      return { body: Buffer.from(ours.encodeResult(result, request)), usage: result.usage, isBroken: false };
    },
  };
}

/** Events of the vendor's stream, written for the client as they come. */
class TranslatingTap implements StreamTap {
  readonly isEventStream = true;
  usage: Usage | null = null;
  ended = false;
  failure: string | null = null;
  readonly #decoder: StreamDecoder;
  readonly #encoder: StreamEncoder;

  constructor(decoder: StreamDecoder, encoder: StreamEncoder) {
    this.#decoder = decoder;
    this.#encoder = encoder;
  }

  get contentType(): string {
    return this.#encoder.contentType;
  }

  push(chunk: Buffer): Buffer | null {
    return this.#write(this.#decoder.push(chunk));
  }

  flush(): Buffer | null {
    return this.#write(this.#decoder.flush());
  }

  #write(events: readonly ChatEvent[]): Buffer | null {
    let text = "";
    for (const event of events) {
      this.#watch(event);
      text += this.#encoder.encode(event);
    }
    return text === "" ? null : Buffer.from(text);
  }

  #watch(event: ChatEvent): void {
    if (event.kind === "usage") this.usage = event.usage;
    else if (event.kind === "end") this.ended = true;
    else if (event.kind === "error") this.failure ??= event.message;
  }
}
