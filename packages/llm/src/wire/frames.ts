// Cuts a byte stream of Server-Sent Events into whole frames, whatever the sizes in which the bytes arrive.
// A frame ends with an empty line; lines end with LF or CRLF (a stream of bare CRs comes out whole at its end).
// Bytes are never changed.

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Bytes in, whole frames out: what `push` answers ends at the end of a frame. The rest is held until it is whole. */
export class FrameCutter {
  #held: Buffer[] = [];
  #heldBytes = 0;
  readonly #maxHeldBytes: number;

  /** A frame that grows over `maxHeldBytes` is passed on in parts, since holding it would cost too much memory. */
  constructor(maxHeldBytes: number) {
    this.#maxHeldBytes = maxHeldBytes;
  }

  /** Whole frames that this chunk completes, or null while the frame goes on. */
  push(chunk: Buffer): Buffer | null {
    const end = findLastFrameEnd(chunk, this.#byteBefore);
    if (end === chunk.length && this.#heldBytes === 0) return chunk;
    if (end < 0) {
      this.#hold(chunk);
      return this.#heldBytes > this.#maxHeldBytes ? this.flush() : null;
    }
    this.#hold(chunk.subarray(0, end));
    const whole = this.flush();
    if (end < chunk.length) this.#hold(chunk.subarray(end));
    return whole;
  }

  /** Everything that is held, whole or not; null when nothing is. */
  flush(): Buffer | null {
    if (this.#heldBytes === 0) return null;
    const [only] = this.#held;
    const whole = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return whole;
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
  }

  /** The held byte at `distance` before the next chunk: 1 is the last one. */
  readonly #byteBefore = (distance: number): number | undefined => {
    let left = distance;
    for (let index = this.#held.length - 1; index >= 0; index -= 1) {
      const part = this.#held[index];
      if (part === undefined) return undefined;
      if (left <= part.length) return part[part.length - left];
      left -= part.length;
    }
    return undefined;
  };
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
