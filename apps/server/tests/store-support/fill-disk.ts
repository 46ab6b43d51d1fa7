// A process whose files may not grow past a limit: appends to the journal until a write fails, then waits for recovery.

import { setTimeout as sleep } from "node:timers/promises";
import { openJournal } from "#link/journal/open-journal.ts";
import { silentLog } from "./open.ts";
import { createRecord } from "./records.ts";

// Without a listener the signal that comes with the limit would end the process.
process.on("SIGXFSZ", () => {});
const log = silentLog;
const journal = await openJournal({ directory: process.argv[2] ?? "", log, reserveBytes: 1_000, flushIntervalMs: 20 });
const ids: string[] = [];

function append(): boolean {
  const record = createRecord();
  try {
    journal.append(record);
  } catch {
    return false;
  }
  ids.push(record.id);
  return true;
}

let threw = false;
for (let count = 0; count < 1_000 && !threw; count += 1) threw = !append();
const healthyAfterFailure = journal.healthy();
for (let count = 0; count < 200 && !journal.healthy(); count += 1) await sleep(10);
const healthyLater = journal.healthy() && append();
process.stdout.write(JSON.stringify({ threw, healthyAfterFailure, healthyLater, ids }));
await journal.close();
