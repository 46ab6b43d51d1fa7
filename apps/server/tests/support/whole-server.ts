// The server as it is composed, with its data directory, its database and its log: for what only the whole can show.

import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { inspectConfig } from "#config/load.ts";
import { createLogOver } from "#telemetry/log.ts";
import { compose } from "../../src/compose/compose.ts";
import { copySqlite } from "../store-support/templates.ts";

export const wholeAdminKey = "b7Jx2mQ9vLr4TzWk8NcYf3Hd";

export interface WholeServer {
  readonly url: string;
  readonly redirectUrl: string | null;
  readonly metricsUrl: string | null;
  readonly management: { readonly url: string; readonly fingerprint: string } | null;
  readonly dataDir: string;
  /** Of the administrator of the first start. */
  readonly apiKey: string;
  readonly admin: Client;
  /** All that was logged, at every level. */
  readonly logged: readonly string[];
  /** What SIGHUP does. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** `TEST_WORKERS=2 npm test -- PATH` shows what holds with workers as well. */
const severalWorkers: Readonly<Record<string, string>> =
  process.env["TEST_WORKERS"] === undefined ? {} : { SERVER_WORKERS: process.env["TEST_WORKERS"] };

/** A directory that is the server's own has the tables already: that it makes them is shown where processes are started. */
async function prepareData(directory: string, environment: Readonly<Record<string, string>>): Promise<void> {
  if (environment["GHOSTLLM_DATA_DIR"] !== undefined || environment["DATABASE_URL"] !== undefined) return;
  await mkdir(directory, { mode: 0o700 });
  await copySqlite(directory);
}

/** The environment is the whole of it: nothing of this process's own is read. */
export async function startWholeServer(environment: Readonly<Record<string, string>> = {}): Promise<WholeServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "ghostllm-whole-"));
  await prepareData(join(dataDir, "data"), environment);
  const logged: string[] = [];
  const log = createLogOver({ write: (line: string) => void logged.push(line) }, "trace");
  const loaded = inspectConfig({
    environment: {
      GHOSTLLM_DATA_DIR: join(dataDir, "data"),
      GHOSTLLM_DETECT_OLLAMA: "false",
      SERVER_PORT: "0",
      ...severalWorkers,
      ADMIN_API_KEY: wholeAdminKey,
      ...environment,
    },
    cwd: dataDir,
  });
  const { config } = loaded;
  const server = await compose(loaded, log);
  const apiKey = server.facts.first?.apiKey.reveal() ?? "";
  return {
    url: server.url,
    redirectUrl: server.redirectUrl,
    ...{ metricsUrl: server.metricsUrl, management: server.management },
    dataDir: config.dataDir,
    apiKey,
    admin: createClient({ baseUrl: server.url, apiKey: wholeAdminKey }),
    logged,
    reload: async () => server.reload?.(),
    async close() {
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
