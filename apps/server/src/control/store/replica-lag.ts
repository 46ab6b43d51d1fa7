// How far a replica is behind, by one clock: when the primary was where the replica is now.

/** `16/B374D848` */
export function readPosition(text: string): bigint {
  const [high = "", low = ""] = text.split("/");
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

interface Mark {
  readonly at: number;
  readonly position: bigint;
}

/** Beyond what they cover it is at least so far behind. */
const mostMarks = 2_000;

export class Lag {
  readonly #now: () => number;
  /** Of the primary, oldest first: those that the replica has not reached. */
  #marks: Mark[] = [];
  #isKnown = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Null: nobody has compared them yet. */
  get lagMs(): number | null {
    if (!this.#isKnown) return null;
    const [first] = this.#marks;
    return first === undefined ? 0 : Math.round(this.#now() - first.at);
  }

  written(position: bigint): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && last.position === position) return;
    this.#marks.push({ at: this.#now(), position });
    if (this.#marks.length > mostMarks) this.#marks.splice(1, 1);
  }

  replayed(position: bigint): void {
    this.#isKnown = this.#isKnown || this.#marks.length > 0;
    this.#marks = this.#marks.filter((mark) => mark.position > position);
  }
}
