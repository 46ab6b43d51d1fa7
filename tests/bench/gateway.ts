import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import memoryOfBuffers from "../../apps/cli/bin/memory-of-buffers.json" with { type: "json" };
import { createClient, type Client } from "@ghostllm/contract/client";
import { findFreePort } from "../../tools/free-port.ts";
import { startChild, stopChild, waitForPort } from "./child.ts";
import type { Stoppable, Target } from "./targets.ts";

const thisTree = fileURLToPath(new URL("../../", import.meta.url));
const compileCache = join(thisTree, "node_modules/.cache/compile");
const startPatienceMs = 20_000;
const model = "gpt-4o-mini";
/** High enough never to be reached, so that only the work of counting is measured. */
const outOfReach = 1_000_000_000;

/** The last one is answered by what was told before, and is measured where it is asked for. */
export const laneNames = ["bare", "governed", "cached"] as const;
export type LaneName = (typeof laneNames)[number];

export interface GatewaySetting {
  readonly upstreamUrl: string;
  readonly lanes: readonly LaneName[];
  /** The source tree that is run; this one unless told. */
  readonly tree?: string;
  readonly name?: string;
  /** A folder, when it is to be profiled. */
  readonly profile?: string | null;
  /** Threads that answer requests. */
  readonly workers?: number;
  /** What else it is started with. */
  readonly more?: Readonly<Record<string, string>>;
}

/** GhostLLM as a user runs it, in its own process, with a key per lane. */
export async function startGateway(
  setting: GatewaySetting,
): Promise<Stoppable & { readonly targets: readonly Target[] }> {
  const { upstreamUrl, lanes, tree = thisTree, name = "GhostLLM", profile = null, workers = 1, more = {} } = setting;
  const main = join(tree, "apps/server/src/main.ts");
  if (!existsSync(main)) throw new Error(`there is no ${main}`);
  const dataDir = mkdtempSync(join(tmpdir(), "ghostllm-bench-"));
  const adminKey = randomBytes(24).toString("hex");
  const port = await findFreePort();
  const child = startChild(
    process.execPath,
    ["--max-semi-space-size=16", ...(profile === null ? [] : profileFlags(profile)), main],
    {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...environment({ dataDir, adminKey, port, upstreamUrl, workers }), ...more },
    },
  );
  const stop = async (): Promise<void> => {
    await stopChild(child);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const url = `http://127.0.0.1:${port}`;
    await waitForPort(child, port, startPatienceMs);
    await waitUntilReady(url);
    return { targets: await createLanes({ url, adminKey, lanes, child, name }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const profileFlags = (folder: string): string[] => ["--cpu-prof", `--cpu-prof-dir=${folder}`];

interface Setting {
  readonly dataDir: string;
  readonly adminKey: string;
  readonly port: number;
  readonly upstreamUrl: string;
  readonly workers: number;
}

function environment({ dataDir, adminKey, port, upstreamUrl, workers }: Setting): NodeJS.ProcessEnv {
  return {
    ...memoryOfBuffers,
    PATH: process.env["PATH"],
    // Where it is kept, sources of TypeScript need not be read by a compiler, which would stay in memory.
    NODE_COMPILE_CACHE: compileCache,
    HOME: dataDir,
    NODE_ENV: "production",
    GHOSTLLM_DATA_DIR: dataDir,
    SERVER_HOST: "127.0.0.1",
    SERVER_PORT: String(port),
    // Commits before it do not know it.
    ...(workers > 1 && { SERVER_WORKERS: String(workers) }),
    ADMIN_API_KEY: adminKey,
    LOG_LEVEL: "warn",
    OPENAI_API_KEY: "sk-bench",
    OPENAI_BASE_URL: `${upstreamUrl}/v1`,
    ANTHROPIC_API_KEY: "sk-ant-bench",
    ANTHROPIC_BASE_URL: upstreamUrl,
    CEREBRAS_API_KEY: "csk-bench",
    CEREBRAS_BASE_URL: `${upstreamUrl}/v1`,
    GEMINI_API_KEY: "bench",
    GEMINI_BASE_URL: upstreamUrl,
  };
}

async function waitUntilReady(url: string): Promise<void> {
  const deadline = performance.now() + startPatienceMs;
  while (performance.now() < deadline) {
    if (await isReady(url)) return;
    await sleep(50);
  }
  throw new Error(`the gateway is not ready after ${startPatienceMs} ms`);
}

/** While it starts, the server holds its port and closes every connection at once. */
async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

interface LanePlan {
  readonly url: string;
  readonly adminKey: string;
  readonly lanes: readonly LaneName[];
  readonly child: ChildProcess;
  readonly name: string;
}

async function createLanes({ url, adminKey, lanes, child, name }: LanePlan): Promise<Target[]> {
  const client = createClient({ baseUrl: url, apiKey: adminKey });
  const targets: Target[] = [];
  for (const lane of lanes) {
    const key = await laneKeys[lane](client);
    const asked = lane === "cached" ? await createCachedAlias(client) : model;
    const place = { url, pid: child.pid ?? null, key };
    targets.push({ name: `${name} ${lane}`, ...place, model: asked, translates: lane === "bare" });
  }
  return targets;
}

const laneKeys: Readonly<Record<LaneName, (client: Client) => Promise<string>>> = {
  bare: async (client) => {
    const user = await client.users.create({ body: { email: "bare@bench" } });
    const { key } = await client.apiKeys.create({ body: { user_id: user.id, name: "bare" } });
    return key;
  },
  governed: (client) => createGovernedKey(client, "governed"),
  cached: (client) => createGovernedKey(client, "cached"),
};

async function createCachedAlias(client: Client): Promise<string> {
  const targets = [{ provider: "openai", model }];
  const { name } = await client.aliases.create({
    body: { name: "gpt-cached", targets, cache: { ttl_seconds: 86_400 } },
  });
  return name;
}

async function createGovernedKey(client: Client, name: string): Promise<string> {
  const limits = {
    requests_per_minute: outOfReach,
    tokens_per_minute: outOfReach,
    concurrent_requests: outOfReach,
  };
  const budget_usd = "1000000";
  const user = await client.users.create({ body: { email: `${name}@bench`, limits, budget_usd } });
  const permissions = { models: ["text-*", "gpt-*"] };
  const body = { user_id: user.id, name, permissions, limits, budget_usd };
  const { key } = await client.apiKeys.create({ body });
  return key;
}
