import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import { UpstreamFailure } from "./upstream.ts";
import type { UpstreamAnswer } from "./upstream.ts";

/** The whole body, or what came of it before it grew over the limit: then the answer is paused and goes on from there. */
export type WholeBody =
  { readonly complete: true; readonly body: Buffer } | { readonly complete: false; readonly body: Buffer };

/** Reads an answer's body into memory, up to `maxBytes`. Rejects with UpstreamFailure when it breaks off. */
export async function readWhole(answer: UpstreamAnswer, maxBytes: number): Promise<WholeBody> {
  const { complete, body } = await collect(answer, maxBytes);
  return complete ? { complete, body: decompress(answer, body, maxBytes) } : { complete, body };
}

function collect(answer: UpstreamAnswer, maxBytes: number): Promise<WholeBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.deliverTo({
      onData(chunk) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes <= maxBytes) return;
        answer.pause();
        resolve({ complete: false, body: Buffer.concat(chunks.splice(0)) });
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

type Decompress = (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer;

const decompressors: Readonly<Record<string, Decompress>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** We ask for plain answers, but some servers compress all the same. */
function decompress(answer: UpstreamAnswer, body: Buffer, maxBytes: number): Buffer {
  const encoding = answer.headers["content-encoding"];
  const decompressor = typeof encoding === "string" ? decompressors[encoding] : undefined;
  if (decompressor === undefined || body.length === 0) return body;
  try {
    return decompressor(body, { maxOutputLength: maxBytes });
  } catch (error) {
    throw new UpstreamFailure("broken", "the compressed answer could not be read", error);
  }
}
