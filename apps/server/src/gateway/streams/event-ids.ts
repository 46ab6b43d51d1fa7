// Puts an id into each event of a stream, as its last line: how many bytes of the stream are told with it. What it does follows from the bytes
// alone, so that a stream that is told again from an event on is told in the same words.

import { toText, type StreamPlace } from "./stream-place.ts";

const [newLine, carriageReturn, colon] = [0x0a, 0x0d, 0x3a];

export class EventIds {
  readonly #id: string;
  #bytes: number;
  #isLineStart = true;
  /** What came of this event is more than comments. */
  #hasWords = false;
  /** The event ends with the line break that is on its way. */
  #isEnding = false;

  /** From the beginning of an event on. */
  constructor({ id, bytes }: StreamPlace) {
    this.#id = id;
    this.#bytes = bytes;
  }

  push(bytes: Buffer): Buffer {
    const told: Buffer[] = [];
    let from = 0;
    for (let place = 0; place < bytes.length; place += 1) {
      const letter = bytes[place];
      if (this.#isLineStart && !this.#isEnding && (letter === newLine || letter === carriageReturn)) {
        told.push(bytes.subarray(from, place));
        const breakBytes = letter === newLine ? 1 : 2;
        if (this.#hasWords) told.push(this.#idLine(this.#bytes + place + breakBytes));
        from = place;
        this.#isEnding = true;
      }
      if (letter !== newLine) this.#read(letter);
      else if (this.#isEnding) from = this.#endEvent(from, place + 1);
      else this.#isLineStart = true;
    }
    if (!this.#isEnding || this.#hasWords) told.push(bytes.subarray(from));
    this.#bytes += bytes.length;
    return Buffer.concat(told);
  }

  #read(letter: number | undefined): void {
    if (this.#isEnding) return;
    if (this.#isLineStart && letter !== colon) this.#hasWords = true;
    this.#isLineStart = false;
  }

  /**
   * A comment is told without the empty line behind it: some clients take that for an event without words, once they have seen an id.
   * Answers from where on is to be told.
   */
  #endEvent(from: number, next: number): number {
    const start = this.#hasWords ? from : next;
    this.#isEnding = false;
    this.#hasWords = false;
    this.#isLineStart = true;
    return start;
  }

  #idLine(bytes: number): Buffer {
    return Buffer.from(`id: ${toText({ id: this.#id, bytes })}\n`);
  }
}
