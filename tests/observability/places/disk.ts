// A disk that somebody fills. It is made of memory, in a namespace that the server alone sees.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startServer } from "../../support/server.ts";
import { metricsOf } from "../busy-server.ts";
import type { Place } from "../causes.ts";

const megabytes = 64;
const leftBytes = 3 * 2 ** 20;

export async function startDiskPlace(): Promise<Place | null> {
  if (spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", tmpdir()]).status !== 0) return null;
  const dataDir = mkdtempSync(join(tmpdir(), "ghostllm-disk-"));
  const mount = `mount -t tmpfs -o size=${megabytes}m,mode=700 none ${dataDir} && exec "$@"`;
  const server = await startServer({
    dataDir,
    runBy: ["unshare", "--mount", "sh", "-c", mount, "sh"],
    environment: { GHOSTLLM_METRICS_PORT: "0", LOG_LEVEL: "fatal" },
  });
  const filler = join(`/proc/${server.pid}/root`, dataDir, "filler");
  return {
    target: metricsOf(server),
    async begin() {
      const { bsize, bavail } = statfsSync(dirname(filler));
      writeFileSync(filler, Buffer.alloc(bsize * bavail - leftBytes));
    },
    end: async () => rmSync(filler),
    async close() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
