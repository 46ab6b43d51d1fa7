// One request through the gateway, with a key that lives for it only.

import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@ghostllm/contract/client";
import { CliError, exitCodes } from "./exit-codes.ts";
import { listAll } from "@ghostllm/contract/list-all";
import type { Model } from "./lookup.ts";

interface RoundTrip {
  readonly client: Client;
  readonly url: string;
  readonly model: string | undefined;
}

const keyLifetimeMs = 5 * 60 * 1000;
const longestAnswerTokens = 16;
/** Another instance than the one that made the key may be asked: it knows of it within a second, or when it comes to that. */
const knownWithinMs = 5_000;
const againMs = 200;

/** Answers what to tell; rejects with what went wrong. */
export async function tryRoundTrip({ client, url, model }: RoundTrip): Promise<string> {
  const asked = model ?? pickModel(await listAll((query) => client.models.list({ query })));
  if (asked === undefined)
    throw new CliError("no_model", "There is no model to ask; see `ghostllm provider add`", exitCodes.failure);
  const { id, key } = await createKey(client);
  try {
    return await ask(url, key, asked);
  } finally {
    await client.apiKeys.revoke({ params: { id } });
  }
}

function pickModel(models: readonly Model[]): string | undefined {
  const demo = models.find(({ provider, name }) => provider === "demo" && name === "demo");
  const [cheapest] = models
    .filter(({ prices }) => Number(prices?.output_usd ?? 0) > 0)
    .toSorted((left, right) => Number(left.prices?.output_usd) - Number(right.prices?.output_usd));
  const chosen = demo ?? cheapest ?? models[0];
  return chosen && `${chosen.provider}/${chosen.name}`;
}

async function createKey(client: Client): Promise<{ readonly id: string; readonly key: string }> {
  const owner = (await client.sessions.me()).user ?? (await client.users.list({ query: { limit: 1 } })).data[0];
  if (owner === undefined) throw new CliError("no_user", "There is no user to own a key", exitCodes.failure);
  const expires_at = new Date(Date.now() + keyLifetimeMs).toISOString();
  return client.apiKeys.create({ body: { name: "ghostllm test", user_id: owner.id, expires_at } });
}

interface Answer {
  readonly response: Response;
  readonly text: string;
  readonly tookMs: number;
}

async function ask(url: string, key: string, model: string): Promise<string> {
  const { response, text: answer, tookMs } = await askWhenKnown(() => send(url, key, model));
  if (!response.ok)
    throw new CliError(
      "round_trip_failed",
      `${model} answered HTTP ${response.status}: ${answer.slice(0, 300)}`,
      exitCodes.failure,
    );
  const cost = response.headers.get("x-ghostllm-cost-usd");
  return `${model} answered in ${tookMs} ms${cost === null ? "" : `, which cost ${cost} USD`}`;
}

async function askWhenKnown(attempt: () => Promise<Answer>): Promise<Answer> {
  for (const deadline = performance.now() + knownWithinMs; ; await sleep(againMs)) {
    const answer = await attempt();
    if (answer.response.status !== 401 || performance.now() > deadline) return answer;
  }
}

async function send(url: string, key: string, model: string): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch(new URL("/v1/chat/completions", url), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      max_tokens: longestAnswerTokens,
      messages: [{ role: "user", content: "Say hello" }],
    }),
  });
  const text = await response.text();
  return { response, text, tookMs: Math.round(performance.now() - startedAt) };
}
