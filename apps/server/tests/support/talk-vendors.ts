// A gateway in front of one vendor for every dialect, all of them played by one scripted upstream.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import type { ProviderEntry, Target } from "#domain/snapshot.ts";
import { makeProvider, makeSnapshot, makeTarget, providerNamed, startGateway, testKey } from "./gateway.ts";
import type { TestGateway } from "./gateway.ts";
import { clientNames, clients, vendorNames } from "./talk.ts";
import type { ClientName, Talk, VendorName } from "./talk.ts";

const types: Readonly<Record<VendorName, string>> = {
  "openai-chat": "openai-compatible",
  "openai-responses": "openai",
  "anthropic-messages": "anthropic",
  gemini: "google",
  ollama: "ollama",
  "bedrock-converse": "bedrock",
};

/** Of the vendor that is asked in the dialect. */
export const models: Readonly<Record<VendorName, string>> = {
  "openai-chat": "a-chat-model",
  "openai-responses": "a-responses-model",
  "anthropic-messages": "claude-sonnet-4-5",
  gemini: "gemini-2.5-pro",
  ollama: "an-ollama-model",
  "bedrock-converse": "amazon.nova-lite-v1:0",
};

/** A provider that can be asked in one dialect alone. */
function makeVendor(name: VendorName, url: string, type = types[name]): ProviderEntry {
  const definition = providerNamed(type);
  const operations = definition.speaks[name];
  if (operations === undefined) throw new Error(`${type} does not speak ${name}`);
  const hasVersion = name === "openai-chat" || name === "openai-responses";
  return makeProvider(type, hasVersion ? `${url}/v1` : url, {
    id: `provider-${name}-${type}`,
    name: `${type}-${name}`,
    definition: { ...definition, speaks: { [name]: operations } },
  });
}

/** A model of a vendor for every dialect, all of them at one address. */
export function everyDialect(url: string): readonly Target[] {
  return vendorNames.map((name) => makeTarget(makeVendor(name, url), models[name]));
}

/** Every client with every vendor of another dialect. */
export const crossingPairs = clientNames.flatMap((client) =>
  vendorNames.filter((vendor) => vendor !== client).map((vendor) => [client, vendor] as const),
);

export interface Told {
  readonly text: string;
  readonly headers: Headers;
}

export interface Talking {
  readonly upstream: FakeUpstream;
  readonly gateway: TestGateway;
  ask(client: ClientName, vendor: VendorName, talk: Omit<Talk, "model"> & Partial<Talk>): Promise<Told>;
  post(path: string, body: string): Promise<Told>;
  /** The body of the request that the vendor had last. */
  asked(): string;
  close(): Promise<void>;
}

export async function startTalking(
  others: readonly (readonly [vendor: VendorName, type: string, model: string])[] = [],
): Promise<Talking> {
  const upstream = await startFakeUpstream();
  const usual = everyDialect(upstream.url);
  const further = others.map(([name, type, model]) => makeTarget(makeVendor(name, upstream.url, type), model));
  const gateway = await startGateway(makeSnapshot({ targets: [...usual, ...further] }));
  const post = async (path: string, body: string): Promise<Told> => {
    const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
    const response = await fetch(gateway.url + path, { method: "POST", headers, body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    return { text, headers: response.headers };
  };
  return {
    upstream,
    gateway,
    post,
    async ask(client, vendor, talk) {
      const { path, body } = clients[client]({ model: models[vendor], ...talk });
      return post(path, body);
    },
    asked: () => upstream.received.at(-1)?.text ?? "",
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}
