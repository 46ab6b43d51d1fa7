// How vendors are reached, and how they are asked about themselves; and the vendor that comes with GhostLLM. Called by
// compose.ts.

import { demoModels, startDemoUpstream } from "@ghostllm/fake-upstream";
import { joinUrl, providers } from "@ghostllm/llm";
import type { PostText } from "#control/events/webhook-post.ts";
import type { FetchJson } from "#control/catalog/vendor.ts";
import type { AskWeb } from "#control/sign-in/ask-web.ts";
import { detectOllama } from "#control/first-start/detect-ollama.ts";
import { Egress } from "#domain/egress/egress.ts";
import { TargetHealth } from "#gateway/flow/ask/target-health.ts";
import { askWeb } from "#gateway/upstream/ask-web.ts";
import { createAuthenticator } from "#gateway/upstream/authenticate.ts";
import type { Authenticator } from "#gateway/upstream/authenticate.ts";
import { fetchJson } from "#gateway/upstream/fetch-json.ts";
import { postText } from "#gateway/upstream/post-text.ts";
import type { JsonSources } from "#gateway/upstream/fetch-json.ts";
import { createVendorSockets } from "#gateway/upstream/sockets/vendor-sockets.ts";
import type { VendorSockets } from "#gateway/upstream/sockets/vendor-sockets.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import type { UpstreamClient } from "#gateway/upstream/upstream.ts";
import type { Signal, Signals } from "#link/signals.ts";
import type { Foundation } from "./foundation.ts";

/** What every gateway has of its own. */
export interface AskedVendors {
  readonly egress: Egress;
  readonly upstream: UpstreamClient;
  readonly sockets: VendorSockets;
  readonly authenticator: Authenticator;
  readonly targetHealth: TargetHealth;
}

export interface Vendors extends AskedVendors {
  readonly definitions: typeof providers;
  /** Of the vendor that comes with GhostLLM. */
  readonly demoUrl: string;
  /** Of providers whose address no operator gives. */
  readonly baseUrlOf: (type: string) => string | null;
  readonly demoModels: readonly string[];
  /** Asks a vendor for something other than an answer of a model. */
  readonly ask: FetchJson;
  /** Sends a text to whoever wants to be told what happens. */
  readonly postText: PostText;
  /** Asks an issuer of identities, or a service that keeps keys. */
  readonly askWeb: AskWeb;
  /** Is there an Ollama on this machine? Answers its URL. */
  readonly detectOllama: () => ReturnType<typeof detectOllama>;
  /** A list of prices. Rejects with what is answered in its place. */
  readonly readPrices: (url: string) => Promise<unknown>;
}

const vendorListTimeoutMs = 10_000;
const priceListTimeoutMs = 10_000;

type VendorsFoundation = Pick<Foundation, "config" | "clock" | "disposer">;

export function openAskedVendors(
  { config, clock, disposer }: VendorsFoundation,
  { demoUrl, signals }: { readonly demoUrl: string; readonly signals: Signals },
): AskedVendors {
  const egress = new Egress(config.egress, [demoUrl]);
  const upstream = createUpstreamClient(config.timeouts, config.network, { egress });
  disposer.add(() => upstream.close());
  const authenticator = createAuthenticator({ client: upstream, clock });
  // Whoever is not told learns for himself.
  const tell = (signal: Signal): void => void signals.send(signal).catch(() => {});
  const targetHealth = new TargetHealth({
    settings: config.health,
    random: Math.random,
    tellRest: (rest) => tell({ kind: "target_rests", rest }),
    tellRestored: (restored) => tell({ kind: "target_restored", restored }),
  });
  disposer.add(signals.listen("target_rests", ({ rest }) => targetHealth.learn(rest, clock.monotonic())));
  disposer.add(signals.listen("target_restored", ({ restored }) => targetHealth.restore(restored, clock.monotonic())));
  const sockets = createVendorSockets({ network: config.network, egress });
  return { egress, upstream, sockets, authenticator, targetHealth };
}

export async function openVendors(foundation: VendorsFoundation, signals: Signals): Promise<Vendors> {
  const demo = await startDemoUpstream();
  foundation.disposer.add(() => demo.close());
  const asked = openAskedVendors(foundation, { demoUrl: demo.url, signals });
  const sources = { client: asked.upstream, authenticator: asked.authenticator };
  return {
    ...asked,
    definitions: providers,
    demoUrl: demo.url,
    baseUrlOf: (type) => (type === "demo" ? `${demo.url}/v1` : null),
    demoModels: Object.values(demoModels),
    ask: (provider, path, body) =>
      fetchJson(sources, { url: joinUrl(provider.baseUrl, path), provider, body, timeoutMs: vendorListTimeoutMs }),
    postText: (request) => postText(asked.upstream, request),
    askWeb: (request) => askWeb(asked.upstream, request),
    detectOllama: () => detectOllama((url, timeoutMs) => fetchJson(sources, { url, provider: null, timeoutMs })),
    readPrices: (url) => readPrices(sources, url),
  };
}

async function readPrices(sources: JsonSources, url: string): Promise<unknown> {
  const { status, body } = await fetchJson(sources, { url, provider: null, timeoutMs: priceListTimeoutMs });
  if (status !== 200) throw new Error(`it answers HTTP ${status}`);
  return body;
}
