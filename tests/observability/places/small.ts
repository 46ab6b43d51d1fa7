// A server with few descriptors, more clients than it takes, a certificate that ends within minutes, and a configuration file with a fault.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { vi } from "vitest";
import { selfSign } from "../../../apps/server/src/edge/certificates/self-signed.ts";
import { spawnServer } from "../../support/server.ts";
import { metricsOf } from "../busy-server.ts";
import type { Place } from "../causes.ts";

const descriptors = 160;
/** Of a certificate that is valid for an hour before it is made, so that it has less than a sixth of its life left. */
const nineMinutes = 9 / 1_440;

export async function startSmallPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-small-"));
  const [certificate, key] = [join(directory, "server.pem"), join(directory, "server.key")];
  const certify = async (days: number): Promise<void> => {
    const { pem } = await selfSign({ commonName: "localhost", hosts: ["localhost"], days });
    writeFileSync(key, pem.key);
    writeFileSync(certificate, pem.cert);
  };
  await certify(300);
  const file = join(directory, "ghostllm.yaml");
  const configure = (level: string): void => writeFileSync(file, `log_level: ${level}\n`);
  configure("fatal");
  const server = spawnServer({
    runBy: ["prlimit", `--nofile=${descriptors}:${descriptors}`],
    environment: {
      ...{ SERVER_TLS_CERTIFICATE_FILE: certificate, SERVER_TLS_KEY_FILE: key, GHOSTLLM_CONFIG: file },
      ...{ GHOSTLLM_METRICS_PORT: "0" },
    },
  });
  await vi.waitUntil(() => server.url !== "" || server.hasExited, { timeout: 60_000, interval: 50 });
  if (server.hasExited) throw new Error(`the server ended: ${server.stderr}`);
  const port = Number(new URL(server.url).port);
  const sockets = new Set<Socket>();
  const over = new AbortController();
  let coming: Promise<unknown> = Promise.resolve();

  const come = async (): Promise<void> => {
    while (!over.signal.aborted) {
      for (let count = 0; count < descriptors / 8; count += 1) {
        const socket = connect(port, "127.0.0.1");
        sockets.add(socket);
        socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
      }
      await sleep(300);
    }
  };
  return {
    target: metricsOf(server),
    async begin() {
      await certify(nineMinutes);
      configure("[");
      server.signal("SIGHUP");
      coming = come();
    },
    async end() {
      over.abort();
      await coming;
      for (const socket of sockets) socket.destroy();
      await certify(300);
      configure("fatal");
      server.signal("SIGHUP");
    },
    async close() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
