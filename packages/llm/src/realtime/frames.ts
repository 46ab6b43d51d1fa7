// Messages of a session in real time, as bytes that pass through what passes streams on: each with its kind and its length before it.
// Invariant: what is passed on at a time are whole messages.

export interface Frame {
  readonly isText: boolean;
  readonly data: Buffer;
}

/** By which an answer that is a session is known. */
export const sessionContentType = "application/x-ghostllm-session";

const headBytes = 5;

export function encodeFrame({ isText, data }: Frame): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes + data.length);
  bytes.writeUInt8(isText ? 1 : 0, 0);
  bytes.writeUInt32BE(data.length, 1);
  data.copy(bytes, headBytes);
  return bytes;
}

export function framesIn(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + headBytes <= bytes.length;) {
    const end = at + headBytes + bytes.readUInt32BE(at + 1);
    frames.push({ isText: bytes.readUInt8(at) === 1, data: bytes.subarray(at + headBytes, end) });
    at = end;
  }
  return frames;
}
