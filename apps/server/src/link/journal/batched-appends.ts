import type { UsageRecord } from "#domain/usage-record.ts";
import type { JournalSink } from "./journal.ts";

interface Waiting {
  readonly record: UsageRecord;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Writes down together what one turn of the event loop has finished: one write, instead of one for each request. */
export class BatchedAppends {
  readonly #journal: JournalSink;
  #waiting: Waiting[] = [];

  constructor(journal: JournalSink) {
    this.#journal = journal;
  }

  /** Resolves when the record is with the kernel. Rejects when it cannot be written. */
  append(record: UsageRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ record, resolve, reject }) === 1) setImmediate(() => this.#write());
    });
  }

  healthy(): boolean {
    return this.#journal.healthy();
  }

  #write(): void {
    const due = this.#waiting;
    this.#waiting = [];
    try {
      this.#journal.append(...due.map(({ record }) => record));
    } catch (error) {
      for (const { reject } of due) reject(error);
      return;
    }
    for (const { resolve } of due) resolve();
  }
}
