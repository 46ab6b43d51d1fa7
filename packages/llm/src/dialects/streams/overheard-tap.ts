import type { GhostError } from "@ghostllm/contract";
import { OuterTap } from "./outer-tap.ts";
import type { StreamTap } from "./stream-tap.ts";

/** Somebody listens to what a tap tells, and changes nothing of it. */
export class OverheardTap extends OuterTap {
  readonly #listen: (frames: Buffer) => void;

  constructor(tap: StreamTap, listen: (frames: Buffer) => void) {
    super(tap);
    this.#listen = listen;
  }

  override push(chunk: Buffer): Buffer | null {
    return this.#overhear(super.push(chunk));
  }

  override flush(isCut = false): Buffer | null {
    return this.#overhear(super.flush(isCut));
  }

  override fail(error: GhostError): Buffer | null {
    return this.#overhear(super.fail(error));
  }

  #overhear(frames: Buffer | null): Buffer | null {
    if (frames !== null) this.#listen(frames);
    return frames;
  }
}
