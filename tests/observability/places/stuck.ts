// Somebody has locked the database, and more requests come than a thread can do.

import { join } from "node:path";
import Database from "better-sqlite3";
import { startBusyServer } from "../busy-server.ts";
import type { Place } from "../causes.ts";

const records = 5_200;
const clients = 24;
/** What is read and refused costs a server much, and its clients little. */
const large = { messages: [{ role: "user", content: "many words ".repeat(11_000) }] };
const largeClients = 12;

export async function startStuckPlace(): Promise<Place> {
  const busy = await startBusyServer();
  const database = new Database(join(busy.server.dataDir, "ghostllm.db"), { timeout: 20_000 });
  let asked = 0;
  const over = new AbortController();
  let flood: Promise<unknown> = Promise.resolve();
  const client = async (): Promise<void> => {
    while (!over.signal.aborted && asked < records * 3) {
      asked += 1;
      await busy.ask("well/m");
    }
  };
  const largeClient = async (): Promise<void> => {
    while (!over.signal.aborted) await busy.ask("no/such", large);
  };
  return {
    target: busy.target,
    async begin() {
      database.exec("begin exclusive");
      flood = Promise.all([
        ...Array.from({ length: clients }, client),
        ...Array.from({ length: largeClients }, largeClient),
      ]);
    },
    async end() {
      over.abort();
      await flood;
      database.exec("rollback");
    },
    async close() {
      database.close();
      await busy.close();
    },
  };
}
