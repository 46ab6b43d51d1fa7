import { GhostError } from "@ghostllm/contract";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";

export interface Passed {
  readonly bytes: Buffer;
  /** The last bytes, where the vendor told a failure. */
  readonly failure: string | null;
}

/** What a client gets of a stream that its vendor ends properly, as the gateway writes it. */
export function passThrough(tap: StreamTap, pieces: Iterable<Buffer>): Passed {
  const parts = [...Array.from(pieces, (piece) => tap.push(piece)), tap.flush()].filter((part) => part !== null);
  const bytes = Buffer.concat(parts);
  if (tap.failure === null) return { bytes, failure: null };
  const { code, message } = tap.failure;
  return { bytes, failure: tap.fail(new GhostError(code, message))?.toString("utf8") ?? null };
}
