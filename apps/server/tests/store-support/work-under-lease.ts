// A process that does the work of a lease: writes its name into a file that all share, as often as it can, while the lease is its own.
// It ends only by being killed.

import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseLeases } from "#control/leases/leases.ts";
import { openStore } from "#control/store/open-store.ts";
import { silentLog } from "./open.ts";

const [instance = "", workFile = "", leaseMs = "", dataDir = "", databaseUrl = ""] = process.argv.slice(2);
const store = await openStore({ databaseUrl: databaseUrl === "" ? null : databaseUrl, dataDir, log: silentLog });
const leases = new DatabaseLeases({
  ...{ store, instance, installation: `installation of ${instance}`, leaseMs: Number(leaseMs) },
  monotonic: () => performance.now(),
  log: silentLog,
});
leases.run("work", async (held) => {
  while (held.holds()) {
    appendFileSync(workFile, `${instance}\n`);
    await sleep(2);
  }
});
process.stdout.write("started\n");
setInterval(() => {}, 60_000);
