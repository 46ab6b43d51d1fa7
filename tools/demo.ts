// `npm run demo`: GhostLLM as it looks after eight weeks of work, without a real key. Everything lies in a temporary folder, which goes
// when the demo ends.

import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@ghostllm/contract/client";
import { compose, type RunningServer } from "../apps/server/src/compose/compose.ts";
import { inspectConfig } from "../apps/server/src/config/load.ts";
import { createLog } from "../apps/server/src/telemetry/log.ts";
import { furnish } from "./demo/furnish.ts";
import { readOptions, usage, type DemoOptions } from "./demo/options.ts";
import { writePast } from "./demo/past.ts";
import { Chance } from "./demo/random.ts";
import { startTraffic } from "./demo/traffic.ts";
import { startVendors } from "./demo/vendors.ts";

const adminEmail = "ada@acme.example";
const memberEmail = "platform@acme.example";
const password = "ghostllm-demo";

interface Demo {
  readonly url: string;
  /** Of the admin, for a first try. */
  readonly apiKey: string;
  close(): Promise<void>;
}

async function serve(dataDir: string, port: number, adminKey: string): Promise<RunningServer> {
  const environment = {
    ...{ GHOSTLLM_DATA_DIR: dataDir, SERVER_PORT: String(port), GHOSTLLM_DETECT_OLLAMA: "false" },
    ...{ ADMIN_EMAIL: adminEmail, ADMIN_PASSWORD: password, ADMIN_API_KEY: adminKey },
    // As the launcher names it, which builds it beside.
    GHOSTLLM_CONSOLE_DIR: process.env["GHOSTLLM_CONSOLE_DIR"] ?? "",
  };
  return compose(inspectConfig({ environment, cwd: dataDir }), createLog("silent"));
}

async function startDemo({ port, rate, seed, weeks, requests }: DemoOptions, directory: string): Promise<Demo> {
  const chance = new Chance(seed);
  const vendors = await startVendors(new Chance(seed + 1));
  const dataDir = join(directory, "data");
  const adminKey = randomBytes(24).toString("base64url");
  const first = await serve(dataDir, 0, adminKey);
  const admin = createClient({ baseUrl: first.url, apiKey: adminKey });
  const furnished = await furnish(admin, { baseUrls: vendors.baseUrls, adminEmail, password });
  await first.close();
  await writePast({ dataDir, furnished, chance, weeks, requests, now: Date.now() });
  const server = await serve(dataDir, port, adminKey);
  const traffic = startTraffic({ url: server.url, keys: furnished.keys, chance, rate });
  return {
    url: server.url,
    apiKey: furnished.keys[0]?.secret ?? "",
    async close() {
      await traffic.stop();
      await server.close();
      await vendors.close();
    },
  };
}

function tell({ url, apiKey }: Demo, { rate }: DemoOptions, startedMs: number): string {
  const lines = [
    `GhostLLM's demo serves on ${url} (after ${(startedMs / 1000).toFixed(1)} s)`,
    "",
    `Console   ${url}/console/`,
    `Admin     ${adminEmail}`,
    `User      ${memberEmail}`,
    `Password  ${password}`,
    `API key   ${apiKey}`,
    "",
    `Its vendors are fake, and so is its past. ${rate} requests come in a second. Ctrl-C ends it and leaves nothing.`,
  ];
  return `\n${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}\n\n`;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) return void process.stdout.write(usage);
  const directory = await mkdtemp(join(tmpdir(), "ghostllm-demo-"));
  let ending: Promise<void> | null = null;
  let demo: Demo | null = null;
  const end = (): Promise<void> =>
    (ending ??= (async () => {
      await demo?.close();
      await rm(directory, { recursive: true, force: true });
    })());
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      // Before it serves there is nothing to be closed in order.
      end().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  try {
    demo = await startDemo(options, directory);
    process.stdout.write(tell(demo, options, performance.now()));
  } catch (error) {
    await end();
    throw error;
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
