import { describe, expect, it } from "vitest";
import { azureOpenai } from "./azure-openai.ts";
import { dialectNames } from "./definition.ts";
import type { ProviderDefinition } from "./definition.ts";
import { google } from "./google.ts";
import { providers } from "./index.ts";
import { ollama } from "./ollama.ts";
import { modelListUrl, urlOf, wayTo } from "./url.ts";
import { vertex } from "./vertex.ts";

const settings = { apiVersion: "2024-10-21", project: "p", location: "global" };

function chatUrl(provider: ProviderDefinition, baseUrl: string, model = "m"): string | null {
  const way = wayTo(provider, "openai-chat", "chat.completions");
  return way && urlOf(way, { baseUrl, model, settings, stream: false });
}

const chatPaths: Readonly<Record<(typeof dialectNames)[number], RegExp>> = {
  "openai-chat": /^https?:\/\/[^/]+\/.*chat(?:\/completions)?(\?|$)/,
  "anthropic-messages": /^https:\/\/[^/]+\/v1\/messages$/,
  gemini: /^https:\/\/[^/]+\/v1(?:beta)?\/(?:[^/]+\/)*models\/m:generateContent$/,
  "openai-responses": /^https?:\/\/[^/]+\/.*responses$/,
  ollama: /^https?:\/\/[^/]+\/api\/chat$/,
};

describe("Azure's forms of a base URL", () => {
  const azureUrl = (baseUrl: string, model = "gpt-4o"): string | null => chatUrl(azureOpenai, baseUrl, model);

  it("the resource's endpoint has the deployment in the path", () => {
    expect(azureUrl("https://r.openai.azure.com")).toBe(
      "https://r.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
    );
  });

  it("a deployment's name is encoded", () => {
    expect(azureUrl("https://r", "a/b?c#d %")).toContain("/deployments/a%2Fb%3Fc%23d%20%25/chat");
  });

  it("the inference endpoint and the newer one have none", () => {
    expect(azureUrl("https://r/models")).toBe("https://r/models/chat/completions?api-version=2024-10-21");
    expect(azureUrl("https://r/openai/v1")).toBe("https://r/openai/v1/chat/completions");
  });
});

describe("Azure's answers", () => {
  it.each(["https://r", "https://r/models", "https://r/openai/v1"])("come from one place, seen from %s", (baseUrl) => {
    const way = wayTo(azureOpenai, "openai-responses", "chat.completions");
    const url = way && urlOf(way, { baseUrl, model: "m", settings, stream: false });
    expect(new URL(url ?? "").href).toBe("https://r/openai/v1/responses");
  });
});

describe("Ollama's base URL", () => {
  it.each(["http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"])("may be %s", (baseUrl) => {
    expect(chatUrl(ollama, baseUrl)).toBe("http://127.0.0.1:11434/v1/chat/completions");
    expect(modelListUrl(ollama, { baseUrl, settings: {} })).toBe("http://127.0.0.1:11434/v1/models");
    const way = wayTo(ollama, "ollama", "generate");
    const url = way && urlOf(way, { baseUrl, model: "m", settings, stream: true });
    expect(new URL(url ?? "").href).toBe("http://127.0.0.1:11434/api/generate");
  });
});

describe("Google's paths", () => {
  const geminiUrl = (provider: ProviderDefinition, model: string, stream: boolean, ours = settings): string | null => {
    const way = wayTo(provider, "gemini", "chat.completions");
    return way && urlOf(way, { baseUrl: "https://h", model, settings: ours, stream });
  };

  it("name the model and the method, and ask for events", () => {
    expect(geminiUrl(google, "gemini-x", false)).toBe("https://h/v1beta/models/gemini-x:generateContent");
    expect(geminiUrl(google, "gemini-x", true)).toBe("https://h/v1beta/models/gemini-x:streamGenerateContent?alt=sse");
    expect(geminiUrl(google, "tunedModels/a b", false)).toBe("https://h/v1beta/tunedModels/a%20b:generateContent");
  });

  it("of Vertex name the project and the location", () => {
    const place = { ...settings, project: "p:1", location: "us-east1" };
    expect(geminiUrl(vertex, "gemini-x", true, place)).toBe(
      "https://h/v1/projects/p%3A1/locations/us-east1/publishers/google/models/gemini-x:streamGenerateContent?alt=sse",
    );
  });
});

describe("every provider", () => {
  it("has a name of its own, and complete URLs", () => {
    expect(new Set(providers.map(({ type }) => type)).size).toBe(providers.length);
    for (const provider of providers) {
      const baseUrl = provider.baseUrl ?? "https://vendor.example";
      expect(baseUrl).not.toMatch(/\/$/);
      for (const name of dialectNames) {
        if (provider.speaks[name]?.["chat.completions"] === undefined) continue;
        const way = wayTo(provider, name, "chat.completions");
        const url = way && urlOf(way, { baseUrl, model: "m", settings, stream: false });
        expect(url, provider.type).toMatch(chatPaths[name]);
        expect(() => new URL(url ?? ""), provider.type).not.toThrow();
      }
    }
  });

  it("answers null for what it lacks", () => {
    const lacking = providers.find(({ speaks }) => Object.values(speaks).every(({ embeddings }) => !embeddings));
    if (lacking === undefined) throw new Error("every provider has embeddings");
    expect(wayTo(lacking, "openai-chat", "embeddings")).toBeNull();
  });
});
