import { GhostError } from "@ghostllm/contract";
import type { ChatEvent, Usage } from "#hub.ts";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { StreamDecoder, StreamEncoder } from "#dialects/streams/stream-codec.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { tellsSomething } from "#dialects/streams/opening.ts";
import type { KeptTurn, TurnCollector } from "#dialects/seals/sealed-turns.ts";
import type { EventCompleter } from "./told-answer.ts";
import { failureOf } from "#dialects/errors/vendor-error.ts";

export interface Translation {
  readonly decoder: StreamDecoder;
  readonly encoder: StreamEncoder;
  /** The client dialect's, for encoders that have none of their own. */
  readonly encodeStreamError: (error: GhostError) => string;
  readonly turn: TurnCollector;
  readonly completer: EventCompleter;
}

type FailureEvent = Extract<ChatEvent, { readonly kind: "error" }>;

/** Events of the vendor's stream, written for the client as they come. */
export class TranslatingTap implements StreamTap {
  usage: Usage | null = null;
  ended = false;
  failure: StreamFailure | null = null;
  hasTold = false;
  readonly #translation: Translation;
  /** The vendor's own, or of what could not be written. */
  #failureEvent: FailureEvent | null = null;

  constructor(translation: Translation) {
    this.#translation = translation;
  }

  get isEventStream(): boolean {
    return this.#translation.encoder.isDocument !== true;
  }

  get contentType(): string {
    return this.#translation.encoder.contentType;
  }

  get isWhole(): boolean {
    return this.failure === null && this.#translation.decoder.isWhole;
  }

  get turn(): KeptTurn | null {
    return this.#translation.turn.kept;
  }

  push(chunk: Buffer): Buffer | null {
    return this.#write(this.#translation.decoder.push(chunk));
  }

  flush(isCut = false): Buffer | null {
    return this.#write(this.#translation.decoder.flush(isCut));
  }

  fail(error: GhostError): Buffer {
    const { encoder, encodeStreamError } = this.#translation;
    if (this.#failureEvent !== null) return Buffer.from(encoder.encode(this.#failureEvent));
    return Buffer.from((encoder.encodeFailure ?? encodeStreamError)(error));
  }

  #write(events: readonly ChatEvent[]): Buffer | null {
    let text = "";
    for (const event of events)
      for (const told of this.#translation.completer.complete(event)) text += this.#writeEvent(told);
    return text === "" ? null : Buffer.from(text);
  }

  #writeEvent(event: ChatEvent): string {
    if (this.failure !== null) return "";
    if (event.kind !== "error") return this.#encode(event);
    this.#failWith(event);
    return "";
  }

  /** What cannot be written ends the stream as the vendor's own failure would: who calls a tap expects no error. */
  #encode(event: ChatEvent): string {
    this.#watch(event);
    try {
      return this.#translation.encoder.encode(event);
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      this.#failWith({ kind: "error", message: error.message, code: error.code });
      return "";
    }
  }

  #failWith(event: FailureEvent): void {
    const { message, code } = event;
    this.failure = failureOf({ message, words: code === undefined ? [] : [code] });
    this.#failureEvent = event;
  }

  #watch(event: ChatEvent): void {
    this.#translation.turn.watch(event);
    if (event.kind === "usage") this.usage = event.usage;
    else if (event.kind === "end") this.ended = true;
    if (!this.hasTold) this.hasTold = tellsSomething(event);
  }
}
