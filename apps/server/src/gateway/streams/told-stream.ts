// What is told of one stream, on its way into link. Called by resumable-outlet.ts. Invariant: one piece is on its way at a time, so that they
// arrive in order; what comes meanwhile goes with the next one, and is no more than one stream may have.

import type { StreamSettings } from "#config/streams.ts";
import { notKept } from "#link/streams.ts";
import type { Kept, StreamAbout, StreamPiece, Streams } from "#link/streams.ts";

interface ToldStreamParts {
  readonly streams: Streams;
  readonly settings: StreamSettings;
  readonly id: string;
  readonly about: StreamAbout;
  readonly onKept: (kept: Kept) => void;
}

/** Whoever writes says so often that he is there; somebody who reads learns from less that he is not. */
export const presenceMs = 5_000;

export class ToldStream {
  readonly #parts: ToldStreamParts;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** Told to link. */
  #at = 0;
  #end: StreamPiece["end"] = null;
  #isDue = false;
  #isTelling = false;
  #isOver = false;

  constructor(parts: ToldStreamParts) {
    this.#parts = parts;
  }

  /** Nothing: it goes on. */
  add(bytes: Buffer | null, end: StreamPiece["end"] = null): void {
    if (this.#end !== null) return;
    if (bytes !== null && bytes.length > 0) {
      this.#pending.push(bytes);
      this.#pendingBytes += bytes.length;
    }
    this.#end = this.#at + this.#pendingBytes > this.#parts.settings.streamBytes ? "dropped" : end;
    this.#isDue = true;
    if (!this.#isTelling) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    while (this.#isDue && !this.#isOver) {
      const piece = this.#take();
      const kept = this.#append(piece);
      const answered = kept instanceof Promise ? await kept.catch(() => notKept) : kept;
      this.#isOver = piece.end !== null || !answered.isKept;
      this.#parts.onKept(answered);
    }
    this.#isTelling = false;
  }

  #append(piece: StreamPiece) {
    try {
      return this.#parts.streams.append(piece);
    } catch {
      return notKept;
    }
  }

  #take(): StreamPiece {
    const { id, about, settings } = this.#parts;
    const bytes = this.#end === "dropped" ? Buffer.alloc(0) : Buffer.concat(this.#pending);
    const piece = {
      ...{ id, about, at: this.#at, bytes, end: this.#end },
      lifetimeMs: this.#end === null ? Math.max(settings.keptMs, 4 * presenceMs) : settings.keptMs,
    };
    this.#at += this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#isDue = false;
    return piece;
  }
}
