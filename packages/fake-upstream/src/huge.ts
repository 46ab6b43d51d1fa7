import type { HeaderMap } from "./script.ts";

export interface HugeAnswer {
  readonly headers: HeaderMap;
  readonly pieces: Iterable<Uint8Array>;
  readonly length?: number;
}

const pieceBytes = 65_536;

/** A valid chat answer whose content is `bytes` long, without ever being held as a whole. */
export function hugeAnswer(bytes: number, streamed: boolean): HugeAnswer {
  return streamed ? hugeStream(bytes) : hugePlain(bytes);
}

const usage = { prompt_tokens: 1, completion_tokens: 1_000_000, total_tokens: 1_000_001 };

function hugePlain(bytes: number): HugeAnswer {
  const head = Buffer.from(
    '{"id":"chatcmpl-huge","object":"chat.completion","created":1700000000,"model":"fake-model","choices":[{"index":0,"message":{"role":"assistant","content":"',
  );
  const tail = Buffer.from(`"},"logprobs":null,"finish_reason":"stop"}],"usage":${JSON.stringify(usage)}}`);
  return {
    headers: { "content-type": "application/json" },
    pieces: around(head, filling(bytes), tail),
    length: head.length + bytes + tail.length,
  };
}

function hugeStream(bytes: number): HugeAnswer {
  const head =
    'data: {"id":"chatcmpl-huge","object":"chat.completion.chunk","created":1700000000,"model":"fake-model",';
  const opening = Buffer.from(`${head}"choices":[{"index":0,"delta":{"content":"`);
  const closing = Buffer.from('"},"finish_reason":null}]}\n\n');
  const ending = Buffer.from(
    `${head}"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n${head}"choices":[],"usage":${JSON.stringify(usage)}}\n\ndata: [DONE]\n\n`,
  );
  return {
    headers: { "content-type": "text/event-stream; charset=utf-8" },
    pieces: around(Buffer.alloc(0), framed(filling(bytes), opening, closing), ending),
  };
}

function* filling(bytes: number): Generator<Uint8Array> {
  const piece = Buffer.alloc(pieceBytes, "lorem ipsum ");
  for (let left = bytes; left > 0; left -= pieceBytes) yield left < pieceBytes ? piece.subarray(0, left) : piece;
}

function* framed(pieces: Iterable<Uint8Array>, opening: Uint8Array, closing: Uint8Array): Generator<Uint8Array> {
  for (const piece of pieces) yield Buffer.concat([opening, piece, closing]);
}

function* around(head: Uint8Array, middle: Iterable<Uint8Array>, tail: Uint8Array): Generator<Uint8Array> {
  if (head.length > 0) yield head;
  yield* middle;
  yield tail;
}
