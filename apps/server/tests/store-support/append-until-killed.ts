// A process that appends usage records and drains them, and names each in a file once `append` has returned.
// It ends only by being killed.

import { openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startLedger } from "#control/ledger/ledger.ts";
import { openStore } from "#control/store/open-store.ts";
import { openJournal } from "#link/journal/open-journal.ts";
import { silentLog } from "./open.ts";
import { createRecord } from "./records.ts";

const [namesFile = "", dataDir = "", databaseUrl = "", userId = "", apiKeyId = ""] = process.argv.slice(2);
const log = silentLog;
const names = openSync(namesFile, "a");
const store = await openStore({ databaseUrl: databaseUrl === "" ? null : databaseUrl, dataDir, log });
const journal = await openJournal({ directory: `${dataDir}/journal`, log, segmentBytes: 50_000, reserveBytes: 10_000 });
const events = { recordsDrained: () => {}, drainFailed: () => {}, recordRejected: () => {} };
startLedger({ journal, store, events, gatherMs: 5 });

for (let count = 0; ; count += 1) {
  const record = createRecord({ userId, apiKeyId, model: `model-${count % 5}`, costNanos: count });
  journal.append(record);
  writeSync(names, `${record.id}\n`);
  if (count % 20 === 0) await sleep(1);
}
