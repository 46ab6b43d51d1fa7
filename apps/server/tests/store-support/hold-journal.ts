// A process that has the journal open and does nothing, until it is killed.

import { openJournal } from "#link/journal/open-journal.ts";
import { silentLog } from "./open.ts";

await openJournal({ directory: process.argv[2] ?? "", log: silentLog });
process.stdout.write("open\n");
setInterval(() => {}, 60_000);
