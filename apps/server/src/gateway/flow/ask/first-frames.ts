// The opening of a vendor's stream, which is held until it tells something. Called by attempt.ts.

import type { StreamTap } from "@ghostllm/llm";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamAnswer } from "#gateway/upstream/upstream.ts";

/** A vendor that has begun may take so long to say something before its client is told that it has begun. */
const openingMs = 250;
/** What is held of an opening at most. */
const openingBytes = 64 * 1024;

interface Waiting {
  /** Somebody else sees to it that it does not take too long. */
  readonly isPatient?: boolean;
}

/**
 * Waits for the first frames that tell something: until they are there, another target can still be tried without the client
 * noticing. A failure of the vendor's ends the wait as well.
 */
export function readFirstFrames(
  source: UpstreamAnswer,
  tap: StreamTap,
  { isPatient = false }: Waiting = {},
): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const held = new HeldFrames(isPatient, () => {
      source.pause();
      resolve(held.take());
    });
    source.deliverTo({
      onData(chunk) {
        const frames = tap.push(chunk);
        if (frames !== null) held.add(frames);
        if (tap.hasTold || tap.failure !== null) held.release();
      },
      onEnd() {
        const rest = tap.flush();
        if (rest !== null) held.add(rest);
        if (tap.hasTold || tap.failure !== null) return held.release();
        held.drop();
        reject(new UpstreamFailure("broken", "the stream ended before it told anything"));
      },
      onFailure(failure) {
        held.drop();
        reject(failure);
      },
    });
  });
}

/** The frames of an opening, which are released once: on demand, when they are too many, or after a while. */
class HeldFrames {
  #frames: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #isPatient: boolean;
  readonly #onRelease: () => void;

  constructor(isPatient: boolean, onRelease: () => void) {
    this.#isPatient = isPatient;
    this.#onRelease = onRelease;
  }

  add(frames: Buffer): void {
    this.#frames.push(frames);
    this.#bytes += frames.length;
    if (!this.#isPatient) this.#timer ??= setTimeout(() => this.release(), openingMs);
    if (this.#bytes > openingBytes) this.release();
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#onRelease();
  }

  take(): Buffer | null {
    const frames = this.#frames.splice(0);
    return frames.length === 0 ? null : Buffer.concat(frames);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#frames = [];
  }
}
