// How the bytes of a case are made up: frames, each with a document that can be changed and put back.

import { encodeEventMessage, frameMessage } from "@ghostllm/fake-upstream";
import { EventStreamDecoder } from "../../packages/llm/src/wire/aws-event-stream.ts";

export interface Shape {
  /** Together they are the bytes. */
  cut(bytes: Buffer): readonly Buffer[];
  /** The frame with its document replaced by what `change` makes of it; as it is where it has none. */
  edit(frame: Buffer, change: (json: string) => string): Buffer;
  /** What may stand between frames. */
  readonly noise: readonly Buffer[];
}

function cutText(bytes: Buffer, at: RegExp): readonly Buffer[] {
  const parts = bytes.toString("latin1").split(at);
  return parts.filter((part) => part !== "").map((part) => Buffer.from(part, "latin1"));
}

function buffers(...texts: readonly string[]): readonly Buffer[] {
  return texts.map((text) => Buffer.from(text));
}

export const sse: Shape = {
  cut: (bytes) => cutText(bytes, /(?<=\n\r?\n)/),
  edit(frame, change) {
    const text = frame.toString("utf8");
    const data = /^data: ?(.*?)\s*$/m.exec(text)?.[1];
    return data === undefined ? frame : Buffer.from(text.replace(data, () => change(data)));
  },
  noise: buffers(
    ...[": comment\n\n", ":\n", "\n", "\r\n\r\n", "\r\r", "data:\n\n", "data: \n\n", "data: [DONE]\n\n", "\ufeff"],
    ...["event: error\ndata: {}\n\n", "id: 1\nretry: 5\n\n", "event: x\n", "data: null\n\n", "data\n\n"],
    'data: {"error":{"message":"overloaded","type":"overloaded_error"}}\n\n',
    'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"Internal"}}\n\n',
    ...['data: {"error":"x"}\n\n', 'data: {"error":[]}\n\n', '{"error":{"message":"in a document"}}\n\n'],
  ),
};

export const ndjson: Shape = {
  cut: (bytes) => cutText(bytes, /(?<=\n)/),
  edit: (frame, change) => Buffer.from(`${change(frame.toString("utf8").trim())}\n`),
  noise: buffers(
    "\n",
    "\r\n",
    "null\n",
    "{}\n",
    '{"error":"out of memory"}\n',
    '{"error":{}}\n',
    "\ufeff",
    "[]\n",
    "\r",
  ),
};

export const document: Shape = {
  cut: (bytes) => [bytes],
  edit: (frame, change) => Buffer.from(change(frame.toString("utf8"))),
  noise: buffers(" ", "\ufeff", "\n", "{}", "null", ","),
};

export const form: Shape = {
  cut: (bytes) => cutText(bytes, /(?=--xYz)/),
  edit: (frame) => frame,
  noise: buffers(
    "--xYz\r\n",
    "--xYz--\r\n",
    '--xYz\r\nContent-Disposition: form-data; name="model"\r\n\r\nm\r\n',
    "\r\n",
  ),
};

const preludeBytes = 12;

function cutMessages(bytes: Buffer): readonly Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0;
    const end = length < preludeBytes ? bytes.length : Math.min(bytes.length, at + length);
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return frames;
}

/** Amazon's binary messages; an edited one gets the checksums that belong to it. */
export const messages: Shape = {
  cut: cutMessages,
  edit(frame, change) {
    const [message] = new EventStreamDecoder().push(frame);
    if (message === undefined) return frame;
    const { headers, payload } = message;
    return frameMessage(Object.fromEntries(headers), Buffer.from(change(payload.toString("utf8"))));
  },
  noise: [
    Buffer.alloc(4),
    frameMessage({}, Buffer.from("{}")),
    encodeEventMessage("ping", {}),
    encodeEventMessage("throttlingException", { message: "slow down" }, "exception"),
    encodeEventMessage("chunk", { bytes: "e30=" }),
    frameMessage({ ":message-type": "error", ":error-code": "500" }, Buffer.alloc(0)),
  ],
};

/** Lines of a head, before chunks and behind them. */
export const httpLines: Shape = {
  cut: (bytes) => cutText(bytes, /(?<=\n)/),
  edit: (frame) => frame,
  noise: buffers(
    ...["\r\n", "\n", "\0", "0\r\n\r\n", "5\r\nhello\r\n", "5;a=b\r\nhello\r\n", '1;a="b\\"c"\r\nx\r\n', " folded\r\n"],
    ...["Content-Length: 5\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n"],
    ...[
      "Connection: keep-alive\r\n",
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 204 No Content\r\n",
      "HTTP/1.0 200 OK\r\n",
    ],
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL",
  ),
};
