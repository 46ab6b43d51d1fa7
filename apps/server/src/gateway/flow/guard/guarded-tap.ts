import type { GhostError } from "@ghostllm/contract";
import { OuterTap } from "@ghostllm/llm";
import type { ClientDialect, StreamFailure, StreamTap } from "@ghostllm/llm";

/** How far a stream has been told through guardrails. */
interface GuardedState {
  readonly isDrained: boolean;
  readonly isCut: boolean;
  readonly blocked: GhostError | null;
}

/** What was told by the stream's own tap, in front of the guardrails, is known of it when it has passed them. */
export class GuardedTap extends OuterTap {
  readonly #stream: GuardedState;
  readonly #client: ClientDialect;

  constructor(tap: StreamTap, stream: GuardedState, client: ClientDialect) {
    super(tap);
    this.#stream = stream;
    this.#client = client;
  }

  override push(chunk: Buffer): Buffer | null {
    return chunk.length === 0 ? null : chunk;
  }

  override flush(): Buffer | null {
    return null;
  }

  /** What the stream's own tap would tell of the answer at its end is what is not to be told. */
  override fail(error: GhostError): Buffer | null {
    if (this.#stream.blocked === null || !this.isEventStream) return super.fail(error);
    return Buffer.from(this.#client.encodeStreamError(error));
  }

  override get ended(): boolean {
    return this.#stream.isDrained && super.ended;
  }

  override get isWhole(): boolean {
    return !this.#stream.isCut && super.isWhole;
  }

  override get failure(): StreamFailure | null {
    const { blocked } = this.#stream;
    if (blocked !== null) return { code: blocked.code, message: blocked.message, error: { message: null, words: [] } };
    return this.#stream.isDrained ? super.failure : null;
  }
}
