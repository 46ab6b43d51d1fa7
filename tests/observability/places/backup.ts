// A server whose backups, and whose archive of the journal, have nowhere to go for a while, and whose collector does not want its traces.

import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startReceiver } from "../../support/otlp/receiver.ts";
import { startBusyServer } from "../busy-server.ts";
import type { Place } from "../causes.ts";

export async function startBackupPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-backups-"));
  const [to, aside] = [join(directory, "place"), join(directory, "aside")];
  const collector = await startReceiver();
  const { ask, target, close } = await startBusyServer({
    ...{ BACKUP_TO: to, BACKUP_PASSPHRASE: "a passphrase of tests", BACKUP_EVERY: "15s", BACKUP_KEEP: "2" },
    ...{ BACKUP_JOURNAL_EVERY: "1s", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  const over = new AbortController();
  let asking: Promise<void> = Promise.resolve();
  const askNowAndThen = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await ask("m");
      await sleep(500);
    }
  };
  return {
    target,
    async begin() {
      renameSync(to, aside);
      writeFileSync(to, "no folder");
      collector.answering = (response) => void response.writeHead(400).end();
      asking = askNowAndThen();
    },
    async end() {
      over.abort();
      await asking;
      collector.answering = null;
      rmSync(to);
      renameSync(aside, to);
    },
    async close() {
      await close();
      await collector.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
