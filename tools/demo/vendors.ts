// The fake vendors of the demo: each answers in its own dialect, as soon, as fast and as long as a real one would, and has bad moments.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, ReceivedRequest, Script } from "@ghostllm/fake-upstream";
import { anthropicAnswer, anthropicError } from "./anthropic-answer.ts";
import { demoProviders, type DemoModel, type DemoProvider } from "./cast.ts";
import { readWish, type Wish } from "./wish.ts";
import type { Chance } from "./random.ts";
import { textOf } from "./words.ts";

export interface DemoVendors {
  /** Of each provider, as its SDK would take it. */
  readonly baseUrls: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export async function startVendors(chance: Chance): Promise<DemoVendors> {
  const started = await Promise.all(demoProviders.map((provider) => startVendor(provider, chance)));
  const urlOf = ({ path }: DemoProvider, upstream: FakeUpstream | undefined): string => `${upstream?.url ?? ""}${path}`;
  return {
    baseUrls: new Map(demoProviders.map((provider, index) => [provider.name, urlOf(provider, started[index])])),
    close: async () => void (await Promise.all(started.map((upstream) => upstream.close()))),
  };
}

function startVendor(provider: DemoProvider, chance: Chance): Promise<FakeUpstream> {
  const models = provider.models.map(({ name }) => name);
  return startFakeUpstream({ models, remember: 0, script: (received) => play(provider, chance, received) });
}

/** One request in so many fails by itself, and all of them for some seconds in every few minutes. */
interface Weakness {
  readonly share: number;
  readonly status: number;
  readonly restSeconds: number;
  readonly badMoments?: { readonly everyMs: number; readonly lengthMs: number };
}

const sound: Weakness = { share: 0.002, status: 500, restSeconds: 0 };
const weaknesses: Readonly<Record<string, Weakness>> = {
  anthropic: { share: 0.04, status: 529, restSeconds: 8, badMoments: { everyMs: 150_000, lengthMs: 25_000 } },
  groq: { share: 0.05, status: 429, restSeconds: 2 },
};

function failsNow({ share, badMoments }: Weakness, chance: Chance): boolean {
  if (badMoments !== undefined && Date.now() % badMoments.everyMs < badMoments.lengthMs) return true;
  return chance.happens(share);
}

function play(provider: DemoProvider, chance: Chance, received: ReceivedRequest): Script {
  if (received.method === "GET") return { kind: "default" };
  const body = received.json();
  const wish = readWish(body);
  const model = provider.models.find(({ name }) => name === wish.model);
  if (model === undefined) return { kind: "error", status: 404, code: "model_not_found" };
  const weakness = weaknesses[provider.name] ?? sound;
  if (failsNow(weakness, chance)) return failure(provider, weakness);
  return answer(provider, model, chance, wish);
}

function failure({ type }: DemoProvider, { status, restSeconds }: Weakness): Script {
  if (type === "anthropic") return anthropicError(status, restSeconds);
  return { kind: "error", status, ...(restSeconds > 0 && { retryAfterSeconds: restSeconds }) };
}

function embedding({ model, promptTokens }: Wish, delayMs: number): Script {
  const data = [{ object: "embedding", index: 0, embedding: [0.25, -0.5, 0.125] }];
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  return { kind: "answer", delayMs, body: { object: "list", data, model, usage } };
}

/** As many writes as make a stream look like one. */
const pieces = 24;

function answer({ type }: DemoProvider, model: DemoModel, chance: Chance, wish: Wish): Script {
  const tokens = Math.max(1, Math.round(chance.around(wish.answerTokens, 1.5)));
  const delayMs = Math.round(chance.around(model.firstTokenMs, 1.4));
  const writingMs = (tokens / Math.max(1, model.tokensPerSecond)) * 1000;
  if (model.tokensPerSecond === 0) return embedding(wish, delayMs);
  const told = { ...wish, answerTokens: tokens, delayMs, paceMs: writingMs / pieces, pieces };
  if (type === "anthropic") return anthropicAnswer(told, writingMs);
  const { promptTokens, cachedTokens } = wish;
  return {
    kind: "chat",
    text: textOf(pieces),
    delayMs: wish.stream ? delayMs : delayMs + writingMs,
    ...(wish.stream && { paceMs: told.paceMs, chunks: pieces }),
    usage: {
      ...{ prompt_tokens: promptTokens, completion_tokens: tokens, total_tokens: promptTokens + tokens },
      prompt_tokens_details: { cached_tokens: cachedTokens },
    },
  };
}
