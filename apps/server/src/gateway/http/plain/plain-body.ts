import { bytesPerTurn } from "#gateway/http/request-body.ts";
import type { BodyTaker, RequestBody } from "#gateway/http/request-body.ts";

/** What carries it. */
export interface Intake {
  pause(): void;
  resume(): void;
}

/** So much waits for somebody to take it. */
const mostWaitingBytes = 64 * 1024;

/** The body of a plain request: as many bytes as its head says. */
export class PlainBody implements RequestBody {
  /** To come. */
  remaining: number;
  readonly #intake: Intake;
  #pieces: Buffer[] = [];
  #waitingBytes = 0;
  #taker: BodyTaker | null = null;
  #isWhole: boolean;
  #isDropped = false;
  #isCutOff = false;
  #bytesInTurn = 0;

  constructor(bytes: number, intake: Intake) {
    this.remaining = bytes;
    this.#isWhole = bytes === 0;
    this.#intake = intake;
  }

  /** Pieces are kept, so that each must be its own memory. */
  add(piece: Buffer): void {
    this.remaining -= piece.length;
    const taker = this.#taker;
    if (taker !== null) taker.onData(piece);
    else if (this.#isDropped) this.#drop(piece);
    else this.#keep(piece);
    if (this.remaining > 0) return;
    this.#isWhole = true;
    this.#endTo(this.#taker);
  }

  /** The connection is gone. */
  cutOff(): void {
    const taker = this.#taker;
    this.#taker = null;
    this.#isCutOff = true;
    taker?.onCutOff();
  }

  takeWhole(): Buffer | null {
    if (!this.#isWhole || this.#pieces.length > 1) return null;
    const [only = nothing] = this.#pieces;
    this.#pieces = [];
    return only;
  }

  deliverTo(taker: BodyTaker): void {
    const pieces = this.#pieces;
    const wasFull = this.#waitingBytes > mostWaitingBytes;
    this.#pieces = [];
    this.#waitingBytes = 0;
    this.#taker = taker;
    for (const piece of pieces) this.#taker?.onData(piece);
    if (wasFull) this.#intake.resume();
    if (this.#isWhole) this.#endTo(this.#taker);
    else if (this.#isCutOff) this.cutOff();
  }

  waitForTurn(): void {
    this.#intake.pause();
    setImmediate(() => this.#intake.resume());
  }

  dropRest(): void {
    const wasFull = this.#waitingBytes > mostWaitingBytes;
    this.#taker = null;
    this.#isDropped = true;
    this.#pieces = [];
    this.#waitingBytes = 0;
    if (wasFull) this.#intake.resume();
  }

  #endTo(taker: BodyTaker | null): void {
    this.#taker = null;
    taker?.onEnd();
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes > mostWaitingBytes) this.#intake.pause();
  }

  #drop(piece: Buffer): void {
    this.#bytesInTurn += piece.length;
    if (this.#bytesInTurn < bytesPerTurn) return;
    this.#bytesInTurn = 0;
    this.waitForTurn();
  }
}

const nothing = Buffer.alloc(0);
