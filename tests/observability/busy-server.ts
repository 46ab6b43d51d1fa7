// A real server with vendors that are well, slow, broken or out of money, and clients that ask it for all that metrics tell of.

import { setTimeout as sleep } from "node:timers/promises";
import { type FakeUpstream, type ReceivedRequest, type Script, startFakeUpstream } from "@ghostllm/fake-upstream";
import { createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";

export interface BusyServer {
  readonly server: ReadyServer;
  /** `host:port` of its metrics. */
  readonly target: string;
  readonly key: string;
  readonly teamId: string;
  /** Of somebody else, without a budget. */
  readonly freeKey: string;
  /** With a budget for two requests. */
  readonly poorKey: string;
  ask(model: string, change?: object, by?: string): Promise<number>;
  close(): Promise<void>;
}

const cached = { prompt_tokens_details: { cached_tokens: 100 } };
const usage = { prompt_tokens: 300, completion_tokens: 300, total_tokens: 600, ...cached };
const usual: Script = { kind: "chat", text: "an answer of a few words", usage };
/** By the model that is asked for. */
const scripts: Readonly<Record<string, Script>> = {
  slow: { ...usual, delayMs: 11_500 },
  broken: { kind: "error", status: 500 },
  refused: { kind: "error", status: 401 },
  senseless: { kind: "error", status: 400 },
  long: { ...usual, delayMs: 700 },
};

function scriptFor({ method, text }: ReceivedRequest): Script {
  if (method !== "POST") return { kind: "default" };
  const [, model = ""] = /"model":\s*"([^"]*)"/.exec(text) ?? [];
  return scripts[model] ?? usual;
}

export async function startBusyServer(environment: NodeJS.ProcessEnv = {}): Promise<BusyServer> {
  const vendor = await startFakeUpstream({ script: scriptFor, remember: 0 });
  const server = await startServer({
    environment: {
      ...{ GHOSTLLM_METRICS_PORT: "0", LOG_LEVEL: "fatal", GHOSTLLM_WEBHOOK_RETRY_MS: "300ms" },
      ...{ GHOSTLLM_HEALTH_REST_MS: "30s", GHOSTLLM_WEBHOOK_TIMEOUT_MS: "500ms" },
      ...environment,
    },
  });
  const { key, freeKey, poorKey, teamId } = await furnish(server, vendor);
  // Every thread knows of it by then.
  await sleep(1_500);
  const ask = async (model: string, change: object = {}, by = key): Promise<number> => {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${by}`, "content-type": "application/json" },
      body: JSON.stringify({ model, max_tokens: 300, messages: [{ role: "user", content: "Hello" }], ...change }),
    });
    await response.text();
    return response.status;
  };
  const close = async (): Promise<void> => {
    await server.stop();
    await vendor.close();
  };
  return { server, target: metricsOf(server), key, freeKey, poorKey, teamId, ask, close };
}

export function metricsOf({ stdout }: Pick<ReadyServer, "stdout">): string {
  const [, target] = /Metrics\s+http:\/\/([^/\s]+)\/metrics/.exec(stdout) ?? [];
  if (target === undefined) throw new Error("the server has told no address of its metrics");
  return target;
}

async function furnish({ admin }: ReadyServer, vendor: FakeUpstream) {
  const prices = { input_price_usd: "10", output_price_usd: "10", cached_input_price_usd: "1" };
  const models = { well: ["m", "slow", "senseless"], broken: ["broken"], refused: ["refused"], narrow: ["long"] };
  for (const [name, names] of Object.entries(models)) {
    const about = { name, provider_type: "openai-compatible", base_url: `${vendor.url}/v1`, api_key: "sk-vendor" };
    const limits = name === "narrow" ? { concurrent_requests: 1 } : {};
    const { id } = await admin.providers.create({ body: { ...about, limits } });
    for (const model of names) await admin.models.create({ body: { provider_id: id, name: model, ...prices } });
  }
  const well = { provider: "well", model: "m" };
  const aliases = [
    { name: "kept", targets: [well], cache: {} },
    { name: "routed", targets: [{ provider: "broken", model: "broken" }, well] },
    { name: "waits", targets: [{ provider: "narrow", model: "long" }], queue: { max_wait_ms: 1_000, max_waiting: 50 } },
  ];
  for (const body of aliases) await admin.aliases.create({ body });
  const team = await admin.teams.create({ body: { name: "Night shift", budget_usd: "100000" } });
  const { userId } = await createAccount(admin);
  await admin.teams.addMember({ params: { id: team.id }, body: { user_id: userId, role: "member" } });
  const privacy = { classes: { email: "mask" as const } };
  const body = { name: "of the team", user_id: userId, team_id: team.id, privacy };
  const { key } = await admin.apiKeys.create({ body });
  const { key: poorKey } = await createAccount(admin, { key: { budget_usd: "0.0125" } });
  const { key: freeKey } = await createAccount(admin);
  return { key, freeKey, poorKey, teamId: team.id };
}
