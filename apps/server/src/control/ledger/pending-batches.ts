// The journal's batches in order, the next one read and parsed while the last one is being stored.

import type { JournalBatch, JournalLines, JournalSource } from "#link/journal/journal.ts";

/**
 * A transaction waits for the disk once, and writes each page once that it changes: the more it holds, the faster records are stored.
 * Meanwhile nobody else is answered by a database in a thread, for some 50 ms.
 */
const batchLines = 2_000;

export class PendingBatches {
  readonly #journal: JournalSource;
  #ahead: Promise<JournalLines> | null = null;

  constructor(journal: JournalSource) {
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

  #readAhead(position: unknown): Promise<JournalLines> {
    const reading = this.#journal.readLines(batchLines, position);
    // Whoever asks for the batch learns of it; nobody may.
    reading.catch(() => undefined);
    return reading;
  }
}

/** All that is pending, which stays so. */
export async function* readPending(journal: JournalSource): AsyncGenerator<JournalBatch> {
  let batch = await journal.read(batchLines);
  while (batch.position !== null) {
    yield batch;
    batch = await journal.read(batchLines, batch.position);
  }
}
