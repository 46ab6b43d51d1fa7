// A server as a process of its own, with the demo's people and vendors and as many usage rows as are asked for.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { furnish } from "../../../tools/demo/furnish.ts";
import { writePast } from "../../../tools/demo/past.ts";
import { Chance } from "../../../tools/demo/random.ts";
import { startVendors } from "../../../tools/demo/vendors.ts";
import { startServer } from "../../support/server-process.ts";
import type { ReadyServer } from "../../support/server-process.ts";
import { buildConsole } from "../support/built-console.ts";
import { password } from "../support/people.ts";

/** The admin of the demo's cast. */
const email = "ada@acme.example";
const weeks = 8;

export interface FullServer {
  readonly server: ReadyServer;
  readonly email: string;
  /** Of somebody without a budget. */
  readonly apiKey: string;
  readonly seededMs: number;
  close(): Promise<void>;
}

export async function startFullServer(requests: number): Promise<FullServer> {
  const chance = new Chance(1);
  const built = buildConsole();
  const vendors = await startVendors(new Chance(2));
  const dataDir = mkdtempSync(join(tmpdir(), "ghostllm-figures-"));
  const remove = async (): Promise<void> => {
    await vendors.close();
    built.remove();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const environment = { GHOSTLLM_CONSOLE_DIR: built.directory, ADMIN_EMAIL: email, ADMIN_PASSWORD: password };
  try {
    const first = await startServer({ dataDir, environment });
    const furnished = await furnish(first.admin, { baseUrls: vendors.baseUrls, adminEmail: email, password });
    await first.stop();
    const startedAt = performance.now();
    await writePast({ dataDir, furnished, chance, weeks, requests, now: Date.now() });
    const seededMs = performance.now() - startedAt;
    const server = await startServer({ dataDir, environment });
    const close = async (): Promise<void> => {
      await server.stop();
      await remove();
    };
    return { server, email, seededMs, apiKey: furnished.keys[0]?.secret ?? "", close };
  } catch (error) {
    await remove();
    throw error;
  }
}
