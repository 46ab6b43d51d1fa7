// Pieces of one event of a stream that wait for its end.

import { HeldWeight } from "./held-weight.ts";

export class HeldPieces {
  /** They are too much to be read at once. */
  isTooHeavy = false;
  bytes = 0;
  #pieces: Buffer[] = [];
  readonly #weight: HeldWeight;

  constructor(maxHeldBytes: number, maxValues?: number) {
    this.#weight = new HeldWeight({ bytes: maxHeldBytes, ...(maxValues !== undefined && { values: maxValues }) });
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.bytes += piece.length;
    if (this.#weight.add(piece)) this.isTooHeavy = true;
  }

  /** All of them as one, of which nothing is held any more. */
  take(): Buffer {
    const [only] = this.#pieces;
    const whole = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces, this.bytes);
    this.#pieces = [];
    this.bytes = 0;
    this.isTooHeavy = false;
    this.#weight.clear();
    return whole;
  }

  /** The byte at `distance` from the end: 1 is the last one. */
  byteFromEnd(distance: number): number | undefined {
    let left = distance;
    for (let index = this.#pieces.length - 1; index >= 0; index -= 1) {
      const piece = this.#pieces[index];
      if (piece === undefined) return undefined;
      if (left <= piece.length) return piece[piece.length - left];
      left -= piece.length;
    }
    return undefined;
  }
}
