import { setImmediate as nextTurn } from "node:timers/promises";
import type { StoredLines } from "#control/ledger/drain-batch.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { parseLines } from "#link/journal/parse-lines.ts";

/** Tells link of the records that the database has now, and whoever looks on of the same lines. */
export class StoredRecords implements StoredLines {
  readonly isWanted = true;
  readonly #others: StoredLines;
  readonly #tell: (records: readonly UsageRecord[]) => Promise<void>;

  constructor(others: StoredLines, tell: (records: readonly UsageRecord[]) => Promise<void>) {
    this.#others = others;
    this.#tell = tell;
  }

  tell(lines: Buffer): void {
    if (this.#others.isWanted) this.#others.tell(lines);
    void this.#read(lines);
  }

  async #read(lines: Buffer): Promise<void> {
    await this.#tell((await parseLines(lines, nextTurn)).records);
  }
}
