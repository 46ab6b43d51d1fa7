// Cuts a byte stream of Server-Sent Events into whole frames, whatever the sizes in which the bytes arrive.
// A frame ends with an empty line; lines end with LF or CRLF. Bytes are changed in two places only: lines that end with a
// bare CR end with LF from there on, and a byte order mark at the very beginning goes.

import { HeldPieces } from "./held-pieces.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Bytes in, whole frames out: what `push` answers ends at the end of a frame. The rest is held until it is whole. */
export class FrameCutter {
  /** What was answered last is a part of a frame that is too large to be held. */
  isWithinFrame = false;
  readonly #returns = new ReturnReader();
  readonly #held: HeldPieces;
  #isBegun = false;

  /**
   * A frame that grows over `maxHeldBytes`, or holds too much to be read at once, is passed on in parts: holding it would
   * cost too much memory, or time.
   */
  constructor(maxHeldBytes: number, maxValues?: number) {
    this.#held = new HeldPieces(maxHeldBytes, maxValues);
  }

  /** Whole frames that this chunk completes, or null while the frame goes on. */
  push(bytes: Buffer): Buffer | null {
    const chunk = this.#returns.push(bytes);
    const end = findLastFrameEnd(chunk, this.#byteBefore);
    if (end === chunk.length && this.#held.bytes === 0) return this.#answer(chunk, false);
    if (end < 0) {
      this.#held.add(chunk);
      return this.#held.isTooHeavy ? this.#answer(this.#held.take(), true) : null;
    }
    this.#held.add(chunk.subarray(0, end));
    const whole = this.#held.take();
    if (end < chunk.length) this.#held.add(chunk.subarray(end));
    return this.#answer(whole, false);
  }

  /** Everything that is held, whole or not; null when nothing is. */
  flush(): Buffer | null {
    const last = this.#returns.flush();
    if (last !== null) this.#held.add(last);
    return this.#held.bytes === 0 ? null : this.#answer(this.#held.take(), this.isWithinFrame);
  }

  #answer(frames: Buffer, isPart: boolean): Buffer | null {
    this.isWithinFrame = isPart;
    if (this.#isBegun) return frames;
    this.#isBegun = true;
    const begun = withoutMark(frames);
    return begun.length === 0 ? null : begun;
  }

  readonly #byteBefore = (distance: number): number | undefined => this.#held.byteFromEnd(distance);
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Makes line feeds of carriage returns that stand alone. The data of an event is JSON, in which there are none. */
class ReturnReader {
  /** There was a bare one: from there on every end of a line becomes a line feed. */
  #isReplacing = false;
  /** The last byte was one; what follows tells whether it was bare. */
  #isPending = false;

  push(chunk: Buffer): Buffer {
    if (!this.#isPending && !chunk.includes(carriageReturn)) return chunk;
    if (this.#isReplacing) return this.#replace(chunk, 0);
    const bytes = this.#isPending ? Buffer.concat([Buffer.of(carriageReturn), chunk]) : chunk;
    this.#isPending = false;
    const bare = findBareReturn(bytes);
    if (bare >= 0) return this.#replace(bytes, bare);
    this.#isPending = bytes.at(-1) === carriageReturn;
    return this.#isPending ? bytes.subarray(0, -1) : bytes;
  }

  flush(): Buffer | null {
    return this.#isPending && !this.#isReplacing ? Buffer.of(carriageReturn) : null;
  }

  #replace(bytes: Buffer, from: number): Buffer {
    const replaced = Buffer.allocUnsafe(bytes.length);
    let length = bytes.copy(replaced, 0, 0, from);
    let isBehindReturn = this.#isReplacing && this.#isPending;
    for (const byte of bytes.subarray(from)) {
      if (byte !== lineFeed || !isBehindReturn) {
        replaced[length] = byte === carriageReturn ? lineFeed : byte;
        length += 1;
      }
      isBehindReturn = byte === carriageReturn;
    }
    this.#isReplacing = true;
    this.#isPending = isBehindReturn;
    return replaced.subarray(0, length);
  }
}

/** The first one with another byte than a line feed behind it, or -1. */
function findBareReturn(bytes: Buffer): number {
  for (let at = bytes.indexOf(carriageReturn); at >= 0; at = bytes.indexOf(carriageReturn, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== lineFeed) return at;
  }
  return -1;
}

/** Index behind the last empty line that ends within `chunk`, or -1. */
function findLastFrameEnd(chunk: Buffer, byteBefore: (distance: number) => number | undefined): number {
  const byteAt = (index: number): number | undefined => (index >= 0 ? chunk[index] : byteBefore(-index));
  for (let at = chunk.lastIndexOf(lineFeed); at >= 0; at = at === 0 ? -1 : chunk.lastIndexOf(lineFeed, at - 1)) {
    if (isFrameEnd(byteAt, at)) return at + 1;
  }
  return -1;
}

/** Is the line feed at this index the end of an empty line? Where there is no byte before it, a frame begins. */
function isFrameEnd(byteAt: (index: number) => number | undefined, at: number): boolean {
  const before = byteAt(at - 1);
  return isLineStart(before) || (before === carriageReturn && isLineStart(byteAt(at - 2)));
}

function isLineStart(before: number | undefined): boolean {
  return before === lineFeed || before === undefined;
}

/** The single frames in bytes that a FrameCutter answered, each with the empty line that ends it. */
export function* eachFrame(bytes: Buffer): Generator<Buffer> {
  const byteAt = (index: number): number | undefined => bytes[index];
  let start = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (!isFrameEnd(byteAt, at)) continue;
    yield bytes.subarray(start, at + 1);
    start = at + 1;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}

/** The data of one frame: its `data:` lines, joined. Empty for comments and frames without data. */
export function frameData(frame: string): string {
  let data: string | undefined;
  for (const line of frame.split(/\r\n|\n|\r/)) {
    if (!line.startsWith("data:")) continue;
    const value = line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5);
    data = data === undefined ? value : `${data}\n${value}`;
  }
  return data ?? "";
}
