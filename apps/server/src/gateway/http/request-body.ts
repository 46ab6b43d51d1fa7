/**
 * Large uploads, a piece in each turn of the event loop: as fast as they come, 80 of them would have it read 160 MB before anybody
 * else is heard. So much of one body is read in a turn, or twice that: the system gives 64 KiB at a time.
 */
export const bytesPerTurn = 128 * 1024;

/** Who reads a body. */
export interface BodyTaker {
  onData(piece: Buffer): void;
  onEnd(): void;
  /** There will be no end of it. */
  onCutOff(): void;
}

/** The body of a request, on its way. */
export interface RequestBody {
  /** All of it, where that is here already and nobody has taken any of it; otherwise null. */
  takeWhole(): Buffer | null;
  /** Hands over what has come and what comes, until another one takes it. */
  deliverTo(taker: BodyTaker): void;
  /** Others have their turn before the next piece. */
  waitForTurn(): void;
  /** What still comes of a refused request is read and dropped, so that its client, which may write before it reads, sees why. */
  dropRest(): void;
}
