// A server with few descriptors, more clients than it takes, and a certificate that ends within days.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { vi } from "vitest";
import { spawnServer } from "../../support/server.ts";
import { metricsOf } from "../busy-server.ts";
import type { Place } from "../causes.ts";

const descriptors = 160;

export async function startSmallPlace(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-small-"));
  const [certificate, key] = [join(directory, "server.pem"), join(directory, "server.key")];
  const certify = (days: number): void => {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", String(days)];
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key, "-out", certificate];
    execFileSync("openssl", ["req", "-x509", "-nodes", ...made, ...subject], { stdio: "ignore" });
  };
  certify(300);
  const server = spawnServer({
    runBy: ["prlimit", `--nofile=${descriptors}:${descriptors}`],
    environment: {
      ...{ SERVER_TLS_CERTIFICATE_FILE: certificate, SERVER_TLS_KEY_FILE: key, LOG_LEVEL: "fatal" },
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
      certify(3);
      server.signal("SIGHUP");
      coming = come();
    },
    async end() {
      over.abort();
      await coming;
      for (const socket of sockets) socket.destroy();
      certify(300);
      server.signal("SIGHUP");
    },
    async close() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
