// The server for suites: what one leaves running when it fails is ended with it.

import { afterAll } from "vitest";
import { killStartedServers } from "./server-process.ts";

export { spawnServer, startServer } from "./server-process.ts";
export type { Exit, ReadyServer, ServerOptions } from "./server-process.ts";

afterAll(killStartedServers);
