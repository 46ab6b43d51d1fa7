/** What became of lines of the journal. */
export interface Drained {
  /** Records that are in the store now. */
  readonly stored: number;
  /** Those of them that were not before. */
  readonly added: number;
  /** When the oldest of them began, in epoch ms; null where there are none. */
  readonly oldest: number | null;
  /** Lines that nobody can read, and records that can never be stored. */
  readonly refused: readonly RefusedLine[];
}

export interface RefusedLine {
  /** The record's; `unknown` where the line cannot be read. */
  readonly id: string;
  readonly line: string;
  readonly reason: string;
}
