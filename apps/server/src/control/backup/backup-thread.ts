// Started by backup-threads.ts. It does one job after the other, in the order in which they come.

import { constants, setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { withSecrets } from "#domain/carried-secrets.ts";
import { PieceWriter } from "./archive-writer.ts";
import { makeBackup } from "./make-backup.ts";
import { removeBackups } from "./remove-backups.ts";
import type { ThreadAnswer, ThreadJob } from "./thread-jobs.ts";

// There a thread has a priority of its own, and requests go before it.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

const port = parentPort;
if (port === null) throw new Error("backup-thread.ts runs as a worker thread only");

/** What breaks is told by what fails of it. */
const log = { warn: () => {} };
const pieces = new PieceWriter();

async function run(job: ThreadJob): Promise<ThreadAnswer> {
  if (job.kind === "backup") {
    const { databaseUrl, dataDir } = job;
    return { made: await makeBackup({ ...job, database: { databaseUrl, dataDir, log }, now: Date.now }) };
  }
  if (job.kind === "piece") await pieces.write(job);
  else await removeBackups(job);
  return { made: null };
}

function errorOf(error: unknown): ThreadAnswer {
  return { error: error instanceof Error ? error.message : String(error) };
}

let inTurn = Promise.resolve();

port.on("message", (message: unknown) => {
  // Of backup-threads.ts, which is of the same version.
  const job = withSecrets(message) as ThreadJob;
  inTurn = inTurn.then(async () => port.postMessage(await run(job).catch(errorOf)));
});
