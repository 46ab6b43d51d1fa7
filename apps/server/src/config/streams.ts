/** Of streams that clients may come back to. */
export interface StreamSettings {
  /** All together, and one. */
  readonly bytes: number;
  readonly streamBytes: number;
  /** How long one goes on to which nobody listens. */
  readonly graceMs: number;
  /** How long one is kept that is over. */
  readonly keptMs: number;
}

interface Values {
  readonly streamsBytes: number;
  readonly streamBytes: number;
  readonly streamGraceMs: number;
  readonly streamKeptMs: number;
}

export function streamsOf({ streamsBytes, streamBytes, streamGraceMs, streamKeptMs }: Values): StreamSettings {
  return { bytes: streamsBytes, streamBytes, graceMs: streamGraceMs, keptMs: streamKeptMs };
}
