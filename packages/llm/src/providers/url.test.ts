import { describe, expect, it } from "vitest";
import { azureOpenai } from "./azure-openai.ts";
import { bedrock } from "./bedrock.ts";
import { clientDialectNames } from "./definition.ts";
import type { ProviderDefinition, dialectNames } from "./definition.ts";
import { google } from "./google.ts";
import { providers } from "./index.ts";
import { fillBaseUrl, storedUrlOf, urlOf, wayTo } from "./url.ts";
import { vertexAnthropic } from "./vertex-anthropic.ts";
import { vertex } from "./vertex.ts";

const settings = { apiVersion: "2024-10-21", region: "eu-west-1", project: "p", location: "us-east5" };

function chatUrl(provider: ProviderDefinition, baseUrl: string, model = "m"): string | null {
  const way = wayTo(provider, "openai-chat", "chat.completions", model);
  return way && urlOf(way, { baseUrl, model, settings, stream: false });
}

const chatPaths: Readonly<Record<(typeof dialectNames)[number], RegExp>> = {
  "openai-chat": /^https?:\/\/[^/]+\/.*chat(?:\/completions)?(\?|$)/,
  "anthropic-messages": /^https:\/\/[^/]+\/(?:v1\/messages|.*:rawPredict|model\/.*\/invoke)$/,
  gemini: /^https:\/\/[^/]+\/v1(?:beta)?\/(?:[^/]+\/)*models\/m:generateContent$/,
  "openai-responses": /^https?:\/\/[^/]+\/.*responses$/,
  ollama: /^https?:\/\/[^/]+\/api\/chat$/,
  "bedrock-converse": /^https:\/\/[^/]+\/model\/.*\/converse$/,
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
    const way = wayTo(azureOpenai, "openai-responses", "chat.completions", "m");
    const url = way && urlOf(way, { baseUrl, model: "m", settings, stream: false });
    expect(new URL(url ?? "").href).toBe("https://r/openai/v1/responses");
  });
});

describe("the URL of what a vendor keeps", () => {
  const input = { baseUrl: "https://r", model: "", settings, stream: false };

  it("has the id behind the path, and both queries", () => {
    const place = { behind: "/a%2Fb/content", query: "limit=3" };
    const way = { dialect: "openai-chat", path: "/files?api-version=1" } as const;
    expect(storedUrlOf(way, input, place)).toBe("https://r/files/a%2Fb/content?api-version=1&limit=3");
    expect(storedUrlOf({ ...way, path: "/files" }, input, { behind: "", query: "" })).toBe("https://r/files");
    expect(storedUrlOf({ ...way, path: "/files" }, input, place)).toBe("https://r/files/a%2Fb/content?limit=3");
  });

  it.each(["https://r", "https://r/models", "https://r/openai/v1"])("is one at Azure, seen from %s", (baseUrl) => {
    const way = wayTo(azureOpenai, "openai-chat", "batches", "");
    const url = way && storedUrlOf(way, { ...input, baseUrl }, { behind: "/batch_1", query: "" });
    expect(new URL(url ?? "").href).toBe("https://r/openai/v1/batches/batch_1");
  });
});

describe("Google's paths", () => {
  const geminiUrl = (provider: ProviderDefinition, model: string, stream: boolean, ours = settings): string | null => {
    const way = wayTo(provider, "gemini", "chat.completions", model);
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

describe("the clouds", () => {
  const urlTo = (provider: ProviderDefinition, model: string, stream: boolean, more: object = {}) => {
    const all = { ...settings, ...more };
    const way = wayTo(provider, "anthropic-messages", "chat.completions", model);
    const baseUrl = fillBaseUrl(provider, null, all) ?? "";
    return way && `${way.dialect} ${urlOf(way, { baseUrl, model, settings: all, stream })}`;
  };

  it.each([
    ["anthropic.claude-3-haiku-20240307-v1:0", "anthropic-messages", "invoke"],
    ["eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic-messages", "invoke"],
    ["arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-opus-5", "anthropic-messages", "invoke"],
    ["arn:aws:bedrock:eu-west-1:1:application-inference-profile/a1b2", "bedrock-converse", "converse"],
    ["eu.amazon.nova-2-lite-v1:0", "bedrock-converse", "converse"],
    ["not-anthropic.x", "bedrock-converse", "converse"],
  ])("Bedrock is asked for %s in %s", (model, dialect, operation) => {
    const path = `https://bedrock-runtime.eu-west-1.amazonaws.com/model/${encodeURIComponent(model)}/${operation}`;
    expect(urlTo(bedrock, model, false)).toBe(`${dialect} ${path}`);
    const streamed = operation === "invoke" ? "-with-response-stream" : "-stream";
    expect(urlTo(bedrock, model, true)).toBe(`${dialect} ${path}${streamed}`);
  });

  it("Bedrock has other hosts in China", () => {
    const host = "bedrock-runtime.cn-north-1.amazonaws.com.cn";
    expect(urlTo(bedrock, "m", false, { region: "cn-north-1" })).toContain(`https://${host}/model/`);
  });

  it.each([
    ["us-east5", "us-east5-aiplatform.googleapis.com"],
    ["global", "aiplatform.googleapis.com"],
    ["eu", "aiplatform.eu.rep.googleapis.com"],
  ])("Vertex in %s is %s", (location, host) => {
    const model = "claude-sonnet-4-5@20250929";
    const path = `/v1/projects/p/locations/${location}/publishers/anthropic/models/${model}`;
    const written = `anthropic-messages https://${host}${path}`;
    expect(urlTo(vertexAnthropic, model, false, { location })).toBe(`${written}:rawPredict`);
    expect(urlTo(vertexAnthropic, model, true, { location })).toBe(`${written}:streamRawPredict`);
  });

  it("a base URL of the operator's own stays as it is", () => {
    expect(fillBaseUrl(bedrock, "https://vpce-1.example", settings)).toBe("https://vpce-1.example");
    expect(fillBaseUrl(bedrock, bedrock.baseUrl, settings)).toBe("https://bedrock-runtime.eu-west-1.amazonaws.com");
  });
});

describe("every provider", () => {
  it("has a name of its own, and complete URLs", () => {
    expect(new Set(providers.map(({ type }) => type)).size).toBe(providers.length);
    for (const provider of providers) {
      const baseUrl = fillBaseUrl(provider, null, settings) ?? "https://vendor.example";
      expect(baseUrl).not.toMatch(/\/$/);
      for (const name of clientDialectNames) {
        const way = wayTo(provider, name, "chat.completions", "m");
        // Some offer embeddings alone.
        const isLacking = Object.values(provider.speaks).every((operations) => !operations["chat.completions"]);
        expect(way === null, provider.type).toBe(isLacking);
        if (way === null) continue;
        const url = urlOf(way, { baseUrl, model: "m", settings, stream: false });
        expect(url, provider.type).toMatch(chatPaths[way.dialect]);
        expect(() => new URL(url), provider.type).not.toThrow();
      }
    }
  });

  it("answers null for what it lacks", () => {
    const lacking = providers.find(({ speaks }) => Object.values(speaks).every(({ embeddings }) => !embeddings));
    if (lacking === undefined) throw new Error("every provider has embeddings");
    expect(wayTo(lacking, "openai-chat", "embeddings", "m")).toBeNull();
  });
});
