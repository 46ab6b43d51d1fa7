// The journal's batches in order, the next one read and parsed while the last one is being stored.

import type { Journal, JournalBatch } from "#link/journal/journal.ts";

/** A transaction waits for the disk once: the more it holds, the faster records are stored. */
const batchRecords = 500;

export class PendingBatches {
  readonly #journal: Journal;
  #ahead: Promise<JournalBatch> | null = null;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** With `position` null when there is none. */
  async next(): Promise<JournalBatch> {
    const batch = await (this.#ahead ?? this.#journal.read(batchRecords));
    // What was read ahead may have been read just before more was appended.
    if (batch.position === null && this.#ahead !== null) return this.again();
    // A batch that is not full was all: what is read too early is held in memory for nothing.
    const { position, records } = batch;
    this.#ahead = position === null || records.length < batchRecords ? null : this.#readAhead(position);
    return batch;
  }

  /** Begins anew with what is not acknowledged. */
  async again(): Promise<JournalBatch> {
    await this.forget();
    return this.next();
  }

  /** Resolves when the journal is not being read any more. */
  async forget(): Promise<void> {
    await this.#ahead?.catch(() => undefined);
    this.#ahead = null;
  }

  #readAhead(position: NonNullable<JournalBatch["position"]>): Promise<JournalBatch> {
    const reading = this.#journal.read(batchRecords, position);
    // Whoever asks for the batch learns of it; nobody may.
    reading.catch(() => undefined);
    return reading;
  }
}

/** All that is pending, which stays so. */
export async function* readPending(journal: Journal): AsyncGenerator<JournalBatch> {
  let batch = await journal.read(batchRecords);
  while (batch.position !== null) {
    yield batch;
    batch = await journal.read(batchRecords, batch.position);
  }
}
