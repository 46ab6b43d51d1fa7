import { JsonExtent } from "./json-extent.ts";

/** What is smaller is read at once whatever it holds. */
const lightBytes = 256 * 1024;
/** An event with a picture has hardly more than one of a word: it is what events hold that costs time to look at. */
const usualValues = 400_000;

/** A line of an event costs as much as so many values. */
const valuesOfLine = 8;

export interface WeightLimits {
  readonly bytes: number;
  readonly values?: number;
}

/** Is what is held of one event too much to be read at once? Told piece by piece, before it is whole. */
export class HeldWeight {
  readonly #maxBytes: number;
  readonly #maxValues: number;
  #bytes = 0;
  #lines = 0;
  #light: Buffer[] = [];
  #extent: JsonExtent | null = null;

  constructor({ bytes, values = usualValues }: WeightLimits) {
    this.#maxBytes = bytes;
    this.#maxValues = values;
  }

  add(piece: Buffer): boolean {
    this.#bytes += piece.length;
    if (this.#bytes > lightBytes) return this.#addHeavy(piece);
    this.#light.push(piece);
    return this.#bytes > this.#maxBytes;
  }

  clear(): void {
    this.#bytes = 0;
    this.#lines = 0;
    this.#light = [];
    this.#extent = null;
  }

  #addHeavy(piece: Buffer): boolean {
    this.#extent ??= new JsonExtent({ depth: this.#maxValues, values: this.#maxValues });
    const isDense = [...this.#light, piece].some((part) => this.#isDense(part));
    this.#light = [];
    return isDense || this.#bytes > this.#maxBytes;
  }

  #isDense(piece: Buffer): boolean {
    for (let at = piece.indexOf(0x0a); at >= 0; at = piece.indexOf(0x0a, at + 1)) this.#lines += 1;
    return this.#lines * valuesOfLine > this.#maxValues || this.#extent?.push(piece) !== null;
  }
}
