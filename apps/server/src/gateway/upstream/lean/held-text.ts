import { AnswerFault } from "./answer-fault.ts";

/** The beginning of a head or a line whose end has not come yet. What comes byte by byte is copied a few times, not once a byte. */
export class HeldText {
  readonly #mostBytes: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Where in `received` the text ends, behind its end; -1 where it goes on: then all has been kept. Throws AnswerFault. */
  findEnd(received: Buffer, at: number, ending: string): number {
    if (this.#length > 0) return this.#findAcross(received, at, ending);
    const found = received.indexOf(ending, at, "latin1");
    const end = found < 0 ? -1 : found + ending.length;
    this.#check((end < 0 ? received.length : end) - at);
    if (end < 0) this.#keep(received, at);
    return end;
  }

  /** All of it, up to `end` in `received`. */
  take(received: Buffer, at: number, end: number): string {
    if (this.#length === 0) return received.toString("latin1", at, end);
    const text = this.#bytes.toString("latin1", 0, this.#length) + received.toString("latin1", at, end);
    this.#length = 0;
    return text;
  }

  /** The end may lie across what came before and what came now. */
  #findAcross(received: Buffer, at: number, ending: string): number {
    const before = Math.min(this.#length, ending.length - 1);
    const tail = this.#bytes.toString("latin1", this.#length - before, this.#length);
    const seam = tail + received.toString("latin1", at, at + ending.length - 1);
    const across = seam.indexOf(ending);
    const found = across >= 0 ? at + across - before : received.indexOf(ending, at, "latin1");
    const end = across < 0 && found < 0 ? -1 : found + ending.length;
    this.#check(this.#length + (end < 0 ? received.length : end) - at);
    if (end < 0) this.#keep(received, at);
    return end;
  }

  #check(bytes: number): void {
    if (bytes > this.#mostBytes) throw new AnswerFault("its head is too long");
  }

  #keep(received: Buffer, at: number): void {
    const needed = this.#length + received.length - at;
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    received.copy(this.#bytes, this.#length, at);
    this.#length = needed;
  }
}
