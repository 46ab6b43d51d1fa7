import { describe, expect, it } from "vitest";
import { isForeign, readBaseUrl } from "./base-url.ts";
import { clientDialectNames } from "./definition.ts";
import type { ProviderDefinition } from "./definition.ts";
import { providers } from "./index.ts";
import { fillBaseUrl, modelListUrl, urlOf, wayTo } from "./url.ts";

const settings = { apiVersion: "2024-10-21", region: "eu-west-1", project: "p", location: "us-east5", accountId: "a" };

function providerOf(type: string): ProviderDefinition {
  const found = providers.find((provider) => provider.type === type);
  if (found === undefined) throw new Error(`there is no provider of type ${type}`);
  return found;
}

function read(provider: ProviderDefinition, given: string): string {
  const reading = readBaseUrl(provider, given);
  return reading.fault === null ? reading.url : `${reading.fault}. ${reading.hint}`;
}

/** Every URL that a provider is asked at, seen from a base URL. */
function urlsFrom(provider: ProviderDefinition, baseUrl: string): readonly string[] {
  const input = { baseUrl, model: "m", settings, stream: false };
  const ways = clientDialectNames.flatMap((dialect) => wayTo(provider, dialect, "chat.completions", "m") ?? []);
  const list = modelListUrl(provider, { baseUrl, settings });
  return [...ways.map((way) => urlOf(way, input)), ...(list === null ? [] : [list])].map((url) => new URL(url).href);
}

const bases = providers.flatMap((provider) => {
  const base = fillBaseUrl(provider, null, settings);
  return base === null ? [] : [{ type: provider.type, provider, base }];
});

describe("the base URL of every provider", () => {
  it.each(bases)("$type is understood with slashes, and with each of its endpoints behind it", ({ provider, base }) => {
    const asked = urlsFrom(provider, base);
    const variants = [`${base}/`, `${base}//`, ...asked.map((url) => url.split("?")[0] ?? url)];
    for (const variant of variants) expect(urlsFrom(provider, read(provider, variant)), variant).toEqual(asked);
  });

  it.each(bases)("$type has no version twice", ({ provider, base }) => {
    for (const version of ["v1", "v1beta", "v2", "openai/v1", "api/v1"]) {
      for (const url of urlsFrom(provider, read(provider, `${new URL(base).origin}/${version}`)))
        expect(url, version).not.toMatch(/\/(v\d\w*)\/(?:v\d\w*)\/(?!.*cortex)|\/openai\/openai/);
    }
  });
});

describe("a base URL", () => {
  it.each([
    ["openai", "https://api.openai.com", "https://api.openai.com/v1/chat/completions"],
    ["groq", "https://api.groq.com", "https://api.groq.com/openai/v1/chat/completions"],
    ["openrouter", "https://openrouter.ai/api", "https://openrouter.ai/api/v1/chat/completions"],
    ["anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"],
    ["anthropic", "https://h/anthropic/v1/messages", "https://h/anthropic/v1/messages"],
    ["anthropic", "https://h/v2", "https://h/v2/messages"],
    ["google", "https://generativelanguage.googleapis.com/v1beta/openai", "/v1beta/models/m:generateContent"],
    ["google", "https://h/v1alpha", "https://h/v1alpha/models/m:generateContent"],
    ["vertex", "https://h/v1", "https://h/v1/projects/p/"],
    ["vertex", "https://h/v1beta1/projects/p/locations/l", "https://h/v1beta1/projects/p/"],
    ["vertex-anthropic", "https://us-east5-aiplatform.googleapis.com", "googleapis.com/v1/projects/p/"],
    ["azure-openai", "https://r.openai.azure.com/openai", "azure.com/openai/deployments/m/chat/completions?"],
    ["azure-openai", "https://r.openai.azure.com/openai/v1/chat/completions", "azure.com/openai/v1/chat/completions"],
    ["azure-openai", "https://r.services.ai.azure.com/models/chat/completions", "azure.com/models/chat/completions?"],
    ["llamacpp", "http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/chat/completions"],
    ["llamacpp", "http://127.0.0.1:8080/chat/completions", "http://127.0.0.1:8080/v1/chat/completions"],
    ["vllm", "http://gpu:8000/", "http://gpu:8000/v1/chat/completions"],
    ["lmstudio", "http://gpu:1234", "http://gpu:1234/v1/chat/completions"],
    ["ollama", "http://h:11434/v1", "http://h:11434/v1/chat/completions"],
    ["ollama", "http://h:11434/api", "http://h:11434/v1/chat/completions"],
    ["ollama", "http://h:11434/api/chat", "http://h:11434/v1/chat/completions"],
    ["ollama", "http://h:11434/v1/chat/completions", "http://h:11434/v1/chat/completions"],
    ["openai-compatible", "http://h/v1/models", "http://h/v1/chat/completions"],
    ["openai-compatible", "http://h/v1/responses", "http://h/v1/chat/completions"],
    ["openai-compatible", "https://r.services.ai.azure.com/models", "azure.com/models/chat/completions"],
    ["openai-compatible", "http://h/api/v1/", "http://h/api/v1/chat/completions"],
    ["openai-compatible", "http://h/v2", "http://h/v2/chat/completions"],
    ["cohere", "https://api.cohere.com/compatibility/v1", "cohere.com/compatibility/v1/chat/completions"],
    ["cloudflare", "https://api.cloudflare.com/client/v4/accounts/b/ai/v1", "/accounts/b/ai/v1/chat/completions"],
  ])("of %s may be %s", (type, given, asked) => {
    expect(urlsFrom(providerOf(type), read(providerOf(type), given)).some((url) => url.includes(asked))).toBe(true);
  });

  it.each([
    ["ollama", "localhost:11434", "Did you mean `http://localhost:11434`?"],
    ["ollama", "192.168.1.5:11434/v1", "Did you mean `http://192.168.1.5:11434/v1`?"],
    ["openai", "api.openai.com/v1", "Did you mean `https://api.openai.com/v1`?"],
    ["openai", "//api.openai.com/v1", "Did you mean `https://api.openai.com/v1`?"],
    ["openai", "ftp://api.openai.com", "`ftp://...` is no http or https URL"],
    ["openai", "two words", "is no http or https URL"],
    ["openai", "https://u:p@h/v1", "Give it as the API key instead."],
    ["openai", "https://h/v1?key=1", "give it as `query`"],
    ["openai", "https://h/v1#x", "the URL has a fragment"],
    ["openai-compatible", "http://h:11434/api/chat", "`/api/chat` is an endpoint of another API"],
    ["openai-compatible", "http://h/v1/messages", "`/messages` is an endpoint of another API"],
    ["anthropic", "https://h/v1/chat/completions", "`/chat/completions` is an endpoint of another API"],
    ["azure-openai", "https://r.openai.azure.com/openai/deployments/gpt-4o", "names a deployment"],
  ])("of %s may not be %s", (type, given, sentence) => {
    expect(read(providerOf(type), given)).toContain(sentence);
  });

  it("does not quote what may be a password", () => {
    expect(read(providerOf("openai"), "user:s3cret@h/v1")).not.toContain("s3cret");
  });
});

describe("a server that is not the vendor's", () => {
  it.each([
    ["openai", "https://eu.api.openai.com/v1", false],
    ["openai", "https://gateway.example.com/v1", true],
    ["anthropic", "http://127.0.0.1:8080", true],
    ["bedrock", "https://bedrock-runtime.eu-west-1.amazonaws.com", false],
    ["openai-compatible", "https://h/v1", false],
  ])("of %s at %s: %s", (type, url, isOther) => {
    expect(isForeign(providerOf(type), url)).toBe(isOther);
  });
});
