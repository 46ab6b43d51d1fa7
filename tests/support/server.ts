// The server for suites: what one leaves running when it fails is ended with it.

import { afterAll } from "vitest";
import { availableEngines } from "../../apps/server/tests/store-support/engines.ts";
import { startDividedServer } from "./divided-server.ts";
import { findNginx } from "./nginx.ts";
import { killStartedServers, startServer } from "./server-process.ts";
import type { ReadyServer, ServerOptions } from "./server-process.ts";

export { spawnServer, startServer } from "./server-process.ts";
export type { Exit, ReadyServer, ServerOptions } from "./server-process.ts";

afterAll(killStartedServers);

/** A server for whoever only asks it at its URL. */
export interface AskedServer extends Pick<ReadyServer, "url" | "adminKey" | "admin" | "stdout"> {
  stop(): Promise<unknown>;
}

/** `TEST_SERVICES=divided npm test -- PATH` shows what holds with a process for each service behind nginx as well. */
export const isDivided = process.env["TEST_SERVICES"] === "divided";

export async function startAskedServer(
  options: Pick<ServerOptions, "upstreamUrl" | "environment"> = {},
): Promise<AskedServer> {
  if (!isDivided) return startServer(options);
  const nginx = findNginx();
  const postgres = availableEngines().find(({ name }) => name === "postgres");
  if (nginx === null || postgres === undefined) throw new Error("dividing the services needs nginx and PostgreSQL");
  const database = await postgres.create();
  const divided = await startDividedServer({ ...options, nginx, databaseUrl: database.databaseUrl ?? "" });
  const { url, adminKey, admin, servers } = divided;
  const stop = async (): Promise<void> => {
    await divided.stop();
    await database.dispose();
  };
  // The first start is told by the one that made it.
  return { url, adminKey, admin, stop, stdout: [...servers.values()].map(({ stdout }) => stdout).join("") };
}
