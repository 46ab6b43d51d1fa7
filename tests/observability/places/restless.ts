// A server that ends again and again, and once leaves a line that is torn.

import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../../../tools/free-port.ts";
import { startServer } from "../../support/server.ts";
import type { Place } from "../causes.ts";

const starts = 4;
/** So that Prometheus sees each of them, and that it is gone between. */
const seenMs = 3_000;

export async function startRestlessPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), "ghostllm-restless-"));
  const port = await findFreePort();
  const start = () =>
    startServer({ dataDir, environment: { GHOSTLLM_METRICS_PORT: String(port), LOG_LEVEL: "fatal" } });
  let server = await start();
  return {
    target: `127.0.0.1:${port}`,
    async begin() {
      for (let time = 0; time < starts; time += 1) {
        await server.stop();
        if (time === 0) tear(join(dataDir, "journal"));
        await sleep(seenMs);
        server = await start();
        await sleep(seenMs);
      }
    },
    end: async () => {},
    async close() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function tear(journal: string): void {
  const segment = readdirSync(journal).find((name) => name.endsWith(".jsonl")) ?? "usage-000000000001.jsonl";
  appendFileSync(join(journal, segment), '{"torn');
}
