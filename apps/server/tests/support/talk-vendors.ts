import type { ProviderEntry } from "#domain/snapshot.ts";
import { makeProvider, providerNamed } from "./gateway.ts";
import type { VendorName } from "./talk.ts";

const types: Readonly<Record<VendorName, string>> = {
  "openai-chat": "openai-compatible",
  "openai-responses": "openai",
  "anthropic-messages": "anthropic",
  gemini: "google",
  ollama: "ollama",
  "bedrock-converse": "bedrock",
};

/** A provider that can be asked in one dialect alone. */
export function makeVendor(name: VendorName, url: string, type = types[name]): ProviderEntry {
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
