import type { StreamTap } from "./stream-tap.ts";
import { OuterTap } from "./outer-tap.ts";
import type { StreamUnwrapper } from "./wrapped-streams.ts";

/** Takes a stream out of the format that a cloud put around it, and gives it to the tap of its dialect. */
export class UnwrappingTap extends OuterTap {
  readonly #unwrapper: StreamUnwrapper;

  /** `contentType` is the dialect's own. */
  constructor(unwrapper: StreamUnwrapper, tap: StreamTap, contentType: string) {
    super(tap, tap.contentType ?? contentType);
    this.#unwrapper = unwrapper;
  }

  override get isEventStream(): boolean {
    return true;
  }

  override push(chunk: Buffer): Buffer | null {
    return this.#pass(this.#unwrapper.push(chunk));
  }

  override flush(isCut = false): Buffer | null {
    const rest = isCut ? null : this.#pass(this.#unwrapper.flush());
    const parts = [rest, super.flush(isCut)].filter((part) => part !== null);
    return parts.length === 0 ? null : Buffer.concat(parts);
  }

  #pass(bytes: Buffer | null): Buffer | null {
    return bytes === null ? null : super.push(bytes);
  }
}
