// When the bytes of an answer came, so that it can be told again with the pauses that it had. Pure but for the clock that is handed in.

/** So many ms after it began to come, so many bytes of it were there. */
export type Mark = readonly [ms: number, bytes: number];

/** Closer to each other than this they are one for whoever reads. */
const leastGapMs = 20;
const mostMarks = 256;

/** Of an answer on its way. */
export class PaceMarks {
  readonly #now: () => number;
  #startedAt = 0;
  #gapMs = leastGapMs;
  #marks: Mark[] = [];

  /** `now` in ms, from wherever. */
  constructor(now: () => number) {
    this.#now = now;
  }

  begin(): void {
    this.#startedAt = this.#now();
  }

  /** So many bytes are there. */
  add(bytes: number): void {
    const ms = Math.round(this.#now() - this.#startedAt);
    const last = this.#marks.at(-1);
    if (last !== undefined && ms - last[0] < this.#gapMs) this.#marks[this.#marks.length - 1] = [last[0], bytes];
    else this.#marks.push([ms, bytes]);
    if (this.#marks.length <= mostMarks) return;
    // Of a long one each second mark is enough.
    this.#marks = this.#marks.filter((_mark, place) => place % 2 === 1);
    this.#gapMs *= 2;
  }

  get told(): readonly Mark[] {
    return this.#marks;
  }
}

export interface Piece {
  /** Of the answer, from here and up to there. */
  readonly from: number;
  readonly to: number;
  readonly pauseMs: number;
}

/** A vendor that fell silent is not told again. */
const longestPauseMs = 2_000;
const longestMs = 60_000;

/** All of an answer of so many bytes, in pieces, each with the pause before it. */
export function piecesOf(marks: readonly Mark[], bytes: number): readonly Piece[] {
  const pieces: Piece[] = [];
  let [at, from] = [0, 0];
  for (const [ms, until] of marks) {
    const to = Math.min(until, bytes);
    pieces.push({ from, to, pauseMs: Math.min(longestPauseMs, Math.max(0, ms - at)) });
    [at, from] = [ms, to];
  }
  if (from < bytes) pieces.push({ from, to: bytes, pauseMs: 0 });
  const wholeMs = pieces.reduce((sum, { pauseMs }) => sum + pauseMs, 0);
  if (wholeMs <= longestMs) return pieces;
  return pieces.map((piece) => ({ ...piece, pauseMs: (piece.pauseMs * longestMs) / wholeMs }));
}
