import type { StreamDecoder } from "#dialects/streams/stream-codec.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { OuterTap } from "#dialects/streams/outer-tap.ts";
import type { KeptTurn, TurnCollector } from "#dialects/seals/sealed-turns.ts";

/** Passes a stream on as another tap does, and keeps what the model thought before its calls. */
export class WatchingTap extends OuterTap {
  readonly #decoder: StreamDecoder;
  readonly #turn: TurnCollector;

  constructor(tap: StreamTap, decoder: StreamDecoder, turn: TurnCollector) {
    super(tap);
    this.#decoder = decoder;
    this.#turn = turn;
  }

  override get turn(): KeptTurn | null {
    return this.#turn.kept;
  }

  override push(chunk: Buffer): Buffer | null {
    for (const event of this.#decoder.push(chunk)) this.#turn.watch(event);
    return super.push(chunk);
  }

  override flush(isCut = false): Buffer | null {
    for (const event of this.#decoder.flush(isCut)) this.#turn.watch(event);
    return super.flush(isCut);
  }
}
