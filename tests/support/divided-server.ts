// Four servers that divide the services among them, on one PostgreSQL, behind nginx with the example of deploy/nginx.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Client, createClient } from "@ghostllm/contract/client";
import { type Service, services } from "@ghostllm/contract/routes";
import { type RunningNginx, runNginx } from "./nginx.ts";
import { type ReadyServer, startServer } from "./server-process.ts";

export interface DividedServer {
  /** Of nginx. */
  readonly url: string;
  readonly adminKey: string;
  readonly admin: Client;
  readonly servers: ReadonlyMap<Service, ReadyServer>;
  stop(): Promise<void>;
}

interface DividedOptions {
  readonly nginx: string;
  readonly databaseUrl: string;
  readonly upstreamUrl?: string;
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

export async function startDividedServer({ nginx, environment, ...same }: DividedOptions): Promise<DividedServer> {
  const adminKey = `admin-${randomBytes(16).toString("hex")}`;
  const shared = {
    ...environment,
    ADMIN_API_KEY: adminKey,
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    SERVER_TRUSTED_PROXIES: "loopback",
  };
  const started = new Map<Service, ReadyServer>();
  const stopAll = async (front?: RunningNginx): Promise<void> => {
    await front?.stop();
    await Promise.all([...started.values()].map((server) => server.stop()));
  };
  try {
    // All at once, as a machine that boots starts them.
    const starting = services.map(async (service) => {
      started.set(service, await startServer({ ...same, environment: { ...shared, SERVER_SERVICES: service } }));
    });
    const results = await Promise.allSettled(starting);
    for (const result of results) if (result.status === "rejected") throw result.reason;
    const front = await runNginx(nginx, (listen) => configure(listen, started));
    const admin = createClient({ baseUrl: front.url, apiKey: adminKey });
    return { url: front.url, adminKey, admin, servers: started, stop: () => stopAll(front) };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

const example = new URL("../../deploy/nginx/ghostllm.conf", import.meta.url);

/** The example with other addresses, and nothing else of it changed. */
function configure(listen: string, servers: ReadonlyMap<Service, ReadyServer>): string {
  let text = readFileSync(example, "utf8").replace("listen 80;", `listen ${listen};`);
  for (const [place, service] of services.entries()) {
    const address = `server 127.0.0.1:${8081 + place};`;
    if (!text.includes(address)) throw new Error(`the example has no ${address}`);
    text = text.replace(address, `server ${new URL(servers.get(service)?.url ?? "").host};`);
  }
  return text;
}
