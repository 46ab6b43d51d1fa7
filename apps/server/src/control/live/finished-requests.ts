// Requests that were stored just now, for those who look on. Told by the ledger; taken by the live hub a few times in a second.

import { setImmediate as nextTurn } from "node:timers/promises";
import type { StoredLines } from "#control/ledger/drain-batch.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { parseLines } from "#link/journal/parse-lines.ts";

/** Of what is stored at once, such as behind an outage, the end is read and the rest is counted. */
const mostBytes = 128 * 1024;
/** No page shows more of them in half a second. */
const mostKept = 60;
const newline = 0x0a;

export interface Finished {
  /** Oldest first. */
  readonly records: readonly UsageRecord[];
  /** How many more there were. */
  readonly missed: number;
}

export class FinishedRequests implements StoredLines {
  isWanted = false;
  #records: UsageRecord[] = [];
  #missed = 0;

  tell(lines: Buffer): void {
    void this.#read(lines);
  }

  /** What came since it was last taken. */
  take(): Finished {
    const finished = { records: this.#records, missed: this.#missed };
    this.#records = [];
    this.#missed = 0;
    return finished;
  }

  async #read(lines: Buffer): Promise<void> {
    const start = lines.length <= mostBytes ? 0 : lines.indexOf(newline, lines.length - mostBytes) + 1;
    for (let at = lines.indexOf(newline); at >= 0 && at < start; at = lines.indexOf(newline, at + 1)) this.#missed += 1;
    this.add((await parseLines(lines.subarray(start), nextTurn)).records, 0);
  }

  /** Oldest first; and how many more there were. */
  add(records: readonly UsageRecord[], missed: number): void {
    this.#records.push(...records);
    this.#missed += missed;
    const tooMany = this.#records.length - mostKept;
    if (tooMany <= 0) return;
    this.#records.splice(0, tooMany);
    this.#missed += tooMany;
  }
}
