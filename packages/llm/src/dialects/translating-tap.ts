import { GhostError } from "@ghostllm/contract";
import type { ChatEvent, Usage } from "#hub.ts";
import type { StreamDecoder, StreamEncoder, StreamTap } from "./dialect.ts";
import type { TurnCollector } from "./sealed-turns.ts";
import type { EventCompleter } from "./told-answer.ts";

export interface Translation {
  readonly decoder: StreamDecoder;
  readonly encoder: StreamEncoder;
  readonly turn: TurnCollector;
  readonly completer: EventCompleter;
}

/** Events of the vendor's stream, written for the client as they come. */
export class TranslatingTap implements StreamTap {
  usage: Usage | null = null;
  ended = false;
  failure: string | null = null;
  readonly #decoder: StreamDecoder;
  readonly #encoder: StreamEncoder;
  readonly #turn: TurnCollector;
  readonly #completer: EventCompleter;
  #isBroken = false;

  constructor({ decoder, encoder, turn, completer }: Translation) {
    this.#decoder = decoder;
    this.#encoder = encoder;
    this.#turn = turn;
    this.#completer = completer;
  }

  get isEventStream(): boolean {
    return this.#encoder.isDocument !== true;
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
      for (const told of this.#completer.complete(event)) {
        if (this.#isBroken) break;
        text += this.#encode(told);
        this.#watch(told);
      }
    }
    return text === "" ? null : Buffer.from(text);
  }

  /** What cannot be written ends the stream as the vendor's own failure would: who calls a tap expects no error. */
  #encode(event: ChatEvent): string {
    try {
      return this.#encoder.encode(event);
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      this.#isBroken = true;
      this.failure ??= error.message;
      return this.#encoder.encode({ kind: "error", message: error.message, code: error.code });
    }
  }

  #watch(event: ChatEvent): void {
    this.#turn.watch(event);
    if (event.kind === "usage") this.usage = event.usage;
    else if (event.kind === "end") this.ended = true;
    else if (event.kind === "error") this.failure ??= event.message;
  }
}
