// A gateway whose aliases compare questions by meaning, with an embedding vendor whose vectors are those of the words of a text.

import type { CachePolicy, SemanticPolicy } from "#domain/cache-policy.ts";
import { makeProvider, makeTarget } from "./gateway.ts";
import { aliasOf, startCachedStage } from "./cached-stage.ts";
import type { CachedStage } from "./cached-stage.ts";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";

export const semantic: SemanticPolicy = {
  model: "embedder/text-embedding-3-small",
  threshold: 0.5,
  timeoutMs: 3_000,
  moreThanText: false,
};
export const semanticPolicy: CachePolicy = { ttlSeconds: 3_600, scope: "key", semantic };

/** Two ways to ask for the same, of which neither is told from the other by a word that matters. */
export const asked = "How do I reset my password?";
export const alike = "Please tell me how to reset my password";
/** Like both of them, and something else. */
export const unlike = "How do I not reset my password?";

export const chat = (text: string, change: object = {}): object => ({
  ...{ model: aliasOf("openai-chat"), messages: [{ role: "user", content: text }] },
  ...change,
});
export const matchOf = (response: Response): string | null => response.headers.get("x-ghostllm-cache-match");

export interface SemanticStage extends CachedStage {
  readonly embedder: FakeUpstream;
  /** How often vectors were asked for. */
  embeddings(): number;
}

type Settings = NonNullable<Parameters<typeof startCachedStage>[0]>;

export async function startSemanticStage({
  policy = semanticPolicy,
  ...settings
}: Settings = {}): Promise<SemanticStage> {
  const embedder = await startFakeUpstream();
  const provider = makeProvider("openai-compatible", embedder.url, { id: "provider-embedder", name: "embedder" });
  const priced = { input: { base: 20_000_000 }, output: { base: 0 } };
  const target = makeTarget(provider, "text-embedding-3-small", {
    prices: [{ price: { ...priced, version: "test" } }],
  });
  const stage = await startCachedStage({ policy, beside: [target], ...settings });
  return {
    ...stage,
    embedder,
    embeddings: () => embedder.received.length,
    async close() {
      await stage.close();
      await embedder.close();
    },
  };
}
