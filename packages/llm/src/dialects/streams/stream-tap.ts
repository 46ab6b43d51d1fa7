// Who watches a stream on its way from a vendor to a client.

import type { GhostError } from "@ghostllm/contract";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { StoredAnswer } from "#dialects/bodies/stored-objects.ts";
import type { KeptTurn } from "#dialects/seals/sealed-turns.ts";
import type { Usage } from "#hub.ts";

/** Watches a stream that passes through: reads its usage and its end, and withholds what the client did not ask for. */
export interface StreamTap {
  /** False for one document. */
  readonly isEventStream: boolean;
  /** Of what is passed on, where it is not the vendor's own. */
  readonly contentType?: string;
  /** The bytes to pass on now: whole frames, or null. */
  push(chunk: Buffer): Buffer | null;
  /**
   * The vendor's stream is over: what is still held, unless the connection `isCut`, and the mark of the end where the answer
   * is whole without it.
   */
  flush(isCut?: boolean): Buffer | null;
  readonly usage: Usage | null;
  /** The dialect's own mark of the end has come by: nothing of worth follows. */
  readonly ended: boolean;
  /** The vendor reported an error within the stream: nothing passes any more, and `fail` tells it to the client. */
  readonly failure: StreamFailure | null;
  /** The answer told that it has ended, although the last mark of its stream may be missing. */
  readonly isWhole: boolean;
  /** Something came that tells a client more than that there is a stream. */
  readonly hasTold: boolean;
  /**
   * The last bytes of a stream that cannot go on: the vendor's own words where it told why, otherwise `error`. Null where a
   * client can only be told by the cut.
   */
  fail(error: GhostError): Buffer | null;
  /** The answer as its vendor keeps it, as far as the stream has told by now. */
  readonly stored?: StoredAnswer | null;
  /** When it has ended: what clients may drop, and its vendor wants back. */
  readonly turn?: KeptTurn | null;
}
