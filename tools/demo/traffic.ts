// Live traffic of the demo: real requests to the gateway, by the keys of the cast, at random moments.

import { keptAliases } from "./cast.ts";
import type { DemoKey } from "./cast.ts";
import { promptFor } from "./wish.ts";
import type { Chance } from "./random.ts";

export interface TrafficKey extends DemoKey {
  /** The whole key. */
  readonly secret: string;
}

interface TrafficOptions {
  readonly url: string;
  readonly keys: readonly TrafficKey[];
  readonly chance: Chance;
  /** Requests in a second, on average. */
  readonly rate: number;
}

export interface Traffic {
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

const mostAtOnce = 200;

export function startTraffic(options: TrafficOptions): Traffic {
  const { chance, keys, rate } = options;
  const leaving = new AbortController();
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    timer = setTimeout(
      () => {
        if (running.size < mostAtOnce) {
          const asking: Promise<void> = ask(options, chance.pick(keys), leaving.signal).finally(() =>
            running.delete(asking),
          );
          running.add(asking);
        }
        next();
      },
      (-Math.log(1 - chance.next()) / rate) * 1000,
    );
  };
  if (rate > 0) next();
  return {
    async stop() {
      clearTimeout(timer);
      leaving.abort();
      await Promise.allSettled(running);
    },
  };
}

/** Whatever comes of it, such as a refusal, is what the console is to show. */
async function ask({ url, chance }: TrafficOptions, key: TrafficKey, leaving: AbortSignal): Promise<void> {
  const { path, body } = requestOf(key, chance);
  const headers = {
    ...{ "content-type": "application/json", authorization: `Bearer ${key.secret}`, "user-agent": key.client },
    ...(path === "/v1/messages" && { "anthropic-version": "2023-06-01" }),
  };
  // Some clients do not wait for the end.
  const patienceMs = chance.happens(0.012) ? Math.round(600 + 1500 * chance.next()) : 120_000;
  const signal = AbortSignal.any([leaving, AbortSignal.timeout(patienceMs)]);
  try {
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body), signal });
    await response.arrayBuffer();
  } catch {
    // It was given up.
  }
}

/** Sizes alone: the same sizes are the same prompt. */
const usualSizes = { promptTokens: 1_900, cachedTokens: 190, answerTokens: 60 };

function requestOf(key: DemoKey, chance: Chance): { readonly path: string; readonly body: object } {
  const { model } = chance.pick(key.asks);
  if (keptAliases.has(model) && chance.happens(key.repeatedShare ?? 0))
    return chatOf(model, promptFor(usualSizes), chance);
  const promptTokens = Math.max(8, Math.round(chance.around(key.promptTokens, 1.9)));
  const cachedTokens = Math.floor(promptTokens * Math.min(0.97, key.cachedShare * (0.6 + 0.6 * chance.next())));
  const answerTokens = Math.max(1, Math.round(chance.around(key.answerTokens, 2)));
  const prompt = promptFor({ promptTokens, cachedTokens, answerTokens });
  if (model.startsWith("text-embedding")) return { path: "/v1/embeddings", body: { model, input: prompt } };
  if (!key.client.startsWith("claude")) return chatOf(model, prompt, chance);
  const messages = [{ role: "user", content: prompt }];
  return { path: "/v1/messages", body: { model, messages, max_tokens: 8192, stream: true } };
}

function chatOf(model: string, content: string, chance: Chance) {
  const body = { model, messages: [{ role: "user", content }], stream: chance.happens(0.7) };
  return { path: "/v1/chat/completions", body };
}
