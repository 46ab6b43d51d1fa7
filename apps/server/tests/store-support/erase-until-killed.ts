// A process that erases a user, a page at a time, and says so after each. It ends only by being killed.

import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "#control/store/open-store.ts";
import { silentLog } from "./open.ts";

const [dataDir = "", databaseUrl = "", userId = ""] = process.argv.slice(2);
const store = await openStore({ databaseUrl: databaseUrl === "" ? null : databaseUrl, dataDir, log: silentLog });
await store.erasures.begin(userId);
for (;;) {
  await store.erasures.step(userId);
  process.stdout.write("step\n");
  await sleep(1);
}
