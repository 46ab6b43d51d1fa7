import { describe, expect, it } from "vitest";
import { azureOpenai } from "./azure-openai.ts";
import { providers } from "./index.ts";
import { ollama } from "./ollama.ts";
import { modelListUrl, operationUrl } from "./url.ts";

const settings = { apiVersion: "2024-10-21" };

const chatPaths = {
  "openai-chat": /^https?:\/\/[^/]+\/.*chat\/completions(\?|$)/,
  "anthropic-messages": /^https:\/\/[^/]+\/v1\/messages$/,
};

describe("Azure's forms of a base URL", () => {
  const urlOf = (baseUrl: string, model = "gpt-4o"): string | null =>
    operationUrl(azureOpenai, "chat.completions", { baseUrl, model, settings });

  it("the resource's endpoint has the deployment in the path", () => {
    expect(urlOf("https://r.openai.azure.com")).toBe(
      "https://r.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
    );
  });

  it("a deployment's name is encoded", () => {
    expect(urlOf("https://r", "a/b?c#d %")).toContain("/deployments/a%2Fb%3Fc%23d%20%25/chat");
  });

  it("the inference endpoint and the newer one have none", () => {
    expect(urlOf("https://r/models")).toBe("https://r/models/chat/completions?api-version=2024-10-21");
    expect(urlOf("https://r/openai/v1")).toBe("https://r/openai/v1/chat/completions");
  });
});

describe("Ollama's base URL", () => {
  it.each(["http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"])("may be %s", (baseUrl) => {
    expect(operationUrl(ollama, "embeddings", { baseUrl, model: "m", settings: {} })).toBe(
      "http://127.0.0.1:11434/v1/embeddings",
    );
    expect(modelListUrl(ollama, { baseUrl, settings: {} })).toBe("http://127.0.0.1:11434/v1/models");
  });
});

describe("every provider", () => {
  it("has a name of its own, and complete URLs", () => {
    expect(new Set(providers.map(({ type }) => type)).size).toBe(providers.length);
    for (const provider of providers) {
      const baseUrl = provider.baseUrl ?? "https://vendor.example";
      expect(baseUrl).not.toMatch(/\/$/);
      const url = operationUrl(provider, "chat.completions", { baseUrl, model: "m", settings });
      expect(url, provider.type).toMatch(chatPaths[provider.dialect]);
      expect(() => new URL(url ?? ""), provider.type).not.toThrow();
    }
  });

  it("answers null for what it lacks", () => {
    const lacking = providers.find(({ operations }) => operations.embeddings === undefined);
    if (lacking === undefined) throw new Error("every provider has embeddings");
    expect(operationUrl(lacking, "embeddings", { baseUrl: "https://v", model: "m", settings: {} })).toBeNull();
  });
});
