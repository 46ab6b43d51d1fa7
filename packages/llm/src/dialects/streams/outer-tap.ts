import type { GhostError } from "@ghostllm/contract";
import type { Usage } from "#hub.ts";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { StreamTap } from "./stream-tap.ts";
import type { StoredAnswer } from "#dialects/bodies/stored-objects.ts";
import type { KeptTurn } from "#dialects/seals/sealed-turns.ts";

/** Does something to the bytes on their way into another tap or out of it; what is known of the stream, that one knows. */
export class OuterTap implements StreamTap {
  readonly contentType?: string;
  protected readonly inner: StreamTap;

  constructor(inner: StreamTap, contentType: string | undefined = inner.contentType) {
    this.inner = inner;
    if (contentType !== undefined) this.contentType = contentType;
  }

  push(chunk: Buffer): Buffer | null {
    return this.inner.push(chunk);
  }

  flush(isCut = false): Buffer | null {
    return this.inner.flush(isCut);
  }

  fail(error: GhostError): Buffer | null {
    return this.inner.fail(error);
  }

  get isEventStream(): boolean {
    return this.inner.isEventStream;
  }

  get usage(): Usage | null {
    return this.inner.usage;
  }

  get ended(): boolean {
    return this.inner.ended;
  }

  get failure(): StreamFailure | null {
    return this.inner.failure;
  }

  get isWhole(): boolean {
    return this.inner.isWhole;
  }

  get hasTold(): boolean {
    return this.inner.hasTold;
  }

  get stored(): StoredAnswer | null {
    return this.inner.stored ?? null;
  }

  get turn(): KeptTurn | null {
    return this.inner.turn ?? null;
  }
}
