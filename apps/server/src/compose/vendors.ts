// How vendors are reached, and how they are asked about themselves; and the vendor that comes with GhostLLM. Called by
// compose.ts.

import { demoModels, startDemoUpstream } from "@ghostllm/fake-upstream";
import { joinUrl, providers } from "@ghostllm/llm";
import type { FetchJson } from "#control/catalog/vendor.ts";
import { detectOllama } from "#control/first-start/detect-ollama.ts";
import { Egress } from "#domain/egress/egress.ts";
import { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import { createAuthenticator } from "#gateway/upstream/authenticate.ts";
import type { Authenticator } from "#gateway/upstream/authenticate.ts";
import { fetchJson } from "#gateway/upstream/fetch-json.ts";
import type { JsonSources } from "#gateway/upstream/fetch-json.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import type { UpstreamClient } from "#gateway/upstream/upstream.ts";
import type { Foundation } from "./foundation.ts";

export interface Vendors {
  readonly egress: Egress;
  readonly upstream: UpstreamClient;
  readonly authenticator: Authenticator;
  readonly targetHealth: TargetHealth;
  readonly definitions: typeof providers;
  /** Of providers whose address no operator gives. */
  readonly baseUrlOf: (type: string) => string | null;
  readonly demoModels: readonly string[];
  /** Asks a vendor for something other than an answer of a model. */
  readonly ask: FetchJson;
  /** Is there an Ollama on this machine? Answers its URL. */
  readonly detectOllama: () => ReturnType<typeof detectOllama>;
  /** A list of prices. Rejects with what is answered in its place. */
  readonly readPrices: (url: string) => Promise<unknown>;
}

const vendorListTimeoutMs = 10_000;
const priceListTimeoutMs = 10_000;

export async function openVendors({ config, clock, disposer }: Foundation): Promise<Vendors> {
  const demo = await startDemoUpstream();
  disposer.add(() => demo.close());
  const egress = new Egress(config.egress, [demo.url]);
  const upstream = createUpstreamClient(config.timeouts, config.network, { egress });
  disposer.add(() => upstream.close());
  const authenticator = createAuthenticator({ client: upstream, clock });
  const sources = { client: upstream, authenticator };
  return {
    ...{ egress, upstream, authenticator, definitions: providers, targetHealth: new TargetHealth() },
    baseUrlOf: (type) => (type === "demo" ? `${demo.url}/v1` : null),
    demoModels: Object.values(demoModels),
    ask: (provider, path, body) =>
      fetchJson(sources, { url: joinUrl(provider.baseUrl, path), provider, body, timeoutMs: vendorListTimeoutMs }),
    detectOllama: () => detectOllama((url, timeoutMs) => fetchJson(sources, { url, provider: null, timeoutMs })),
    readPrices: (url) => readPrices(sources, url),
  };
}

async function readPrices(sources: JsonSources, url: string): Promise<unknown> {
  const { status, body } = await fetchJson(sources, { url, provider: null, timeoutMs: priceListTimeoutMs });
  if (status !== 200) throw new Error(`it answers HTTP ${status}`);
  return body;
}
