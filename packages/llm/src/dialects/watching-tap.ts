import type { GhostError } from "@ghostllm/contract";
import type { Usage } from "#hub.ts";
import type { StreamDecoder, StreamFailure, StreamTap } from "./dialect.ts";
import type { TurnCollector } from "./sealed-turns.ts";
import type { StoredAnswer } from "./stored-objects.ts";

/** Passes a stream on as another tap does, and keeps what the model thought before its calls. */
export class WatchingTap implements StreamTap {
  readonly #tap: StreamTap;
  readonly #decoder: StreamDecoder;
  readonly #turn: TurnCollector;

  constructor(tap: StreamTap, decoder: StreamDecoder, turn: TurnCollector) {
    this.#tap = tap;
    this.#decoder = decoder;
    this.#turn = turn;
  }

  push(chunk: Buffer): Buffer | null {
    for (const event of this.#decoder.push(chunk)) this.#turn.watch(event);
    return this.#tap.push(chunk);
  }

  flush(isCut = false): Buffer | null {
    for (const event of this.#decoder.flush(isCut)) this.#turn.watch(event);
    return this.#tap.flush(isCut);
  }

  fail(error: GhostError): Buffer | null {
    return this.#tap.fail(error);
  }

  get isEventStream(): boolean {
    return this.#tap.isEventStream;
  }

  get usage(): Usage | null {
    return this.#tap.usage;
  }

  get ended(): boolean {
    return this.#tap.ended;
  }

  get failure(): StreamFailure | null {
    return this.#tap.failure;
  }

  get isWhole(): boolean {
    return this.#tap.isWhole;
  }

  get hasTold(): boolean {
    return this.#tap.hasTold;
  }

  get stored(): StoredAnswer | null {
    return this.#tap.stored ?? null;
  }
}
