// A thread that writes a journal which another one reads: so many records at a time as it is told, and answers their ids.

import { parentPort, workerData } from "node:worker_threads";
import { openWriter, type WriterOptions } from "#link/journal/open-writer.ts";
import { silentLog } from "./open.ts";
import { createRecord } from "./records.ts";

const writer = await openWriter({ ...(workerData as Omit<WriterOptions, "log">), log: silentLog });
parentPort?.on("message", (count: number) => {
  const records = Array.from({ length: count }, () => createRecord());
  for (const record of records) writer.append(record);
  parentPort?.postMessage(records.map(({ id }) => id));
});
parentPort?.postMessage([]);
