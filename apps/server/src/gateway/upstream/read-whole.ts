import type { GhostError } from "@ghostllm/contract";
import type { Hold } from "#gateway/http/held-bytes.ts";
import type { UpstreamAnswer } from "./upstream.ts";

/** The whole body, or what came of it before it grew over the limit: then the answer is paused and goes on from there. */
export interface WholeBody {
  readonly complete: boolean;
  readonly body: Buffer;
  /** Why there was no room for more. */
  readonly refusal?: GhostError;
}

/** Reads an answer's body into memory, up to `maxBytes` and as far as there is room. Rejects with UpstreamFailure when it breaks off. */
export function readWhole(
  answer: UpstreamAnswer,
  maxBytes: number,
  held: Pick<Hold, "grow"> | null = null,
): Promise<WholeBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.deliverTo({
      onData(chunk) {
        chunks.push(chunk);
        bytes += chunk.length;
        const refusal = bytes <= maxBytes ? (held?.grow(chunk.length) ?? null) : null;
        if (bytes <= maxBytes && refusal === null) return;
        answer.pause();
        resolve({ complete: false, body: Buffer.concat(chunks.splice(0)), ...(refusal && { refusal }) });
      },
      onEnd: () => resolve({ complete: true, body: join(chunks, bytes) }),
      onFailure: reject,
    });
  });
}

function join(chunks: readonly Buffer[], bytes: number): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, bytes);
}
