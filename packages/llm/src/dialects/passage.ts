// The way of a request from a client's dialect to a target's and of the answer back. Within one dialect bytes pass and
// are only watched; across dialects everything goes through the hub. Whoever calls need not know which of the two it is.

import { GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import type { ChatEvent, Usage } from "#hub.ts";
import type { Quirks } from "#providers/definition.ts";
import type { Dialect, ParsedRequest, RequestEdits, StreamDecoder, StreamEncoder, StreamTap } from "./dialect.ts";

export interface WholeAnswerReading {
  /** For the client. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  /** The vendor's body is no answer of its dialect. */
  readonly isBroken: boolean;
}

export interface Passage {
  /** `notes` name what the target's dialect cannot express. */
  encodeRequest(
    request: ParsedRequest,
    edits: RequestEdits,
  ): { readonly body: Buffer | string; readonly notes: readonly string[] };
  readAnswer(body: Buffer): WholeAnswerReading;
  /** A vendor's own error, for the client. */
  readError(code: ErrorCode, body: Buffer): Buffer;
  createStreamTap(request: ParsedRequest, quirks: Quirks): StreamTap;
  /** Null: an answer must be held as a whole to be translated. */
  createLargeAnswerTap(): StreamTap | null;
}

export function passageBetween(client: Dialect, upstream: Dialect): Passage {
  return client.name === upstream.name ? passThrough(upstream) : translate(client, upstream);
}

function passThrough({ upstream }: Dialect): Passage {
  return {
    encodeRequest: (request, edits) => ({ body: upstream.editRequest(request, edits), notes: [] }),
    readAnswer(body) {
      const { usage, broken } = upstream.readAnswer(body);
      return { body, usage, isBroken: broken };
    },
    readError: (_code, body) => body,
    createStreamTap: (request, quirks) => upstream.createStreamTap(request, quirks),
    createLargeAnswerTap: () => upstream.createLargeAnswerTap(),
  };
}

function translate({ client }: Dialect, { upstream }: Dialect): Passage {
  return {
    encodeRequest: (request, edits) => upstream.encodeRequest(client.decodeRequest(request), edits),
    readAnswer(body) {
      const result = upstream.decodeResult(body);
      if (result === null) return { body, usage: null, isBroken: true };
      return { body: Buffer.from(client.encodeResult(result)), usage: result.usage, isBroken: false };
    },
    readError(code, body) {
      const message = upstream.readErrorMessage(body.toString("utf8")) ?? "The provider answered with an error.";
      return Buffer.from(client.encodeError(new GhostError(code, message)));
    },
    createStreamTap: (request) =>
      new TranslatingTap(upstream.createStreamDecoder(), client.createStreamEncoder(request)),
    createLargeAnswerTap: () => null,
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
