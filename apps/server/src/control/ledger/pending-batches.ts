// The journal's batches in order, the next one read and parsed while the last one is being stored.

import type { Journal, JournalBatch, JournalLines } from "#link/journal/journal.ts";

/** A transaction waits for the disk once: the more it holds, the faster records are stored. */
const batchLines = 500;

export class PendingBatches {
  readonly #journal: Journal;
  #ahead: Promise<JournalLines> | null = null;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** With `position` null when there is none. */
  async next(): Promise<JournalLines> {
    const batch = await (this.#ahead ?? this.#journal.readLines(batchLines));
    // What was read ahead may have been read just before more was appended.
    if (batch.position === null && this.#ahead !== null) return this.again();
    // A batch that is not full was all: what is read too early is held in memory for nothing.
    const { position, count } = batch;
    this.#ahead = position === null || count < batchLines ? null : this.#readAhead(position);
    return batch;
  }

  /** Begins anew with what is not acknowledged. */
  async again(): Promise<JournalLines> {
    await this.forget();
    return this.next();
  }

  /** Resolves when the journal is not being read any more. */
  async forget(): Promise<void> {
    await this.#ahead?.catch(() => undefined);
    this.#ahead = null;
  }

  #readAhead(position: NonNullable<JournalLines["position"]>): Promise<JournalLines> {
    const reading = this.#journal.readLines(batchLines, position);
    // Whoever asks for the batch learns of it; nobody may.
    reading.catch(() => undefined);
    return reading;
  }
}

/** All that is pending, which stays so. */
export async function* readPending(journal: Journal): AsyncGenerator<JournalBatch> {
  let batch = await journal.read(batchLines);
  while (batch.position !== null) {
    yield batch;
    batch = await journal.read(batchLines, batch.position);
  }
}
