// Who reads a vendor's stream and who writes one for a client, where the two do not speak the same dialect.

import type { GhostError } from "@ghostllm/contract";
import type { ChatEvent } from "#hub.ts";

/** Writes a stream for a client, event by event. */
export interface StreamEncoder {
  /** Of the whole stream, such as `text/event-stream`. */
  readonly contentType: string;
  /** All that is written is one document, to which no event can be added from outside. */
  readonly isDocument?: boolean;
  /** Empty where the event has nothing to say to the client yet. */
  encode(event: ChatEvent): string;
  /**
   * It goes on with a stream that somebody else has written, of which it has encoded the events: with the numbers and ids that were told there.
   * Absent where it gives none.
   */
  readonly takeUp?: (told: string) => void;
  /** The end of a stream that cannot go on, where it depends on what was written. Otherwise `encodeStreamError` writes it. */
  readonly encodeFailure?: (error: GhostError) => string;
}

/** Reads a vendor's stream in pieces of any size. */
export interface StreamDecoder {
  push(chunk: Buffer): readonly ChatEvent[];
  /**
   * The vendor's stream is over: what was still held, unless the connection `isCut`, and `end` or `error` if neither came
   * before.
   */
  flush(isCut?: boolean): readonly ChatEvent[];
  /** The answer told that it has ended, although the last mark of its stream may be missing. */
  readonly isWhole: boolean;
}

/** A whole answer, ready to be sent. */
export interface WrittenAnswer {
  readonly body: Buffer;
  readonly contentType: string;
}
