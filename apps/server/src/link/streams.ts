// Streams that clients may come back to: what each was told, for a short time. The one that writes a stream hands over pieces as they are
// told; whoever reads it asks again and again. Invariant: a stream is there whole from its first byte, or it says that it is not.

import type { Awaitable } from "#domain/clock.ts";

export interface StreamAbout {
  /** Nobody else is told of it. */
  readonly owner: string;
  readonly dialect: string;
  readonly contentType: string;
}

export type StreamEnd = "whole" | "cut";

export interface StreamPiece {
  readonly id: string;
  readonly about: StreamAbout;
  /** How many bytes came before. */
  readonly at: number;
  /** None: it goes on, though nothing is said. */
  readonly bytes: Uint8Array;
  /** Null: it goes on. `dropped`: nothing of it is kept any longer. */
  readonly end: StreamEnd | "dropped" | null;
  /** From now on. */
  readonly lifetimeMs: number;
}

export interface Kept {
  /** False: there was no room for it, and there is none for what comes. */
  readonly isKept: boolean;
  /** How long ago somebody has read it; null: nobody has. */
  readonly readMsAgo: number | null;
}

export interface ReadStream {
  readonly about: StreamAbout;
  /** So far. */
  readonly length: number;
  /** From the place that was asked for, as many as are handed over at a time. */
  readonly bytes: Uint8Array;
  /** `lost`: who wrote it is not there any more. Null: it goes on. */
  readonly end: StreamEnd | "dropped" | "lost" | null;
}

export interface Streams {
  append(piece: StreamPiece): Awaitable<Kept>;
  /** Null where there is none. */
  read(id: string, from: number): Awaitable<ReadStream | null>;
}

export const notKept: Kept = { isKept: false, readMsAgo: null };

/** Of all together, where nothing else is said. */
export const usualStreamBytes = 64 * 2 ** 20;
/** Read at once. */
export const mostReadBytes = 64 * 1024;
/** Whoever writes says at least every five seconds that he is there. */
export const lostAfterMs = 15_000;
/** Of a stream beside its bytes, roughly. */
export const streamOverheadBytes = 1_000;
