import { describe, expect, it } from "vitest";
import { demandOf } from "./request-demand.ts";

const demandOfText = (text: string) => demandOf(Buffer.from(text));
const demandOfBody = (body: object) => demandOfText(JSON.stringify(body));

describe("what a request can cause", () => {
  it("is nothing beside its text as a rule", () => {
    expect(demandOfBody({ model: "m", messages: [{ role: "user", content: "x" }] })).toEqual({
      keepsForHour: false,
      hearsSound: false,
      makesSound: false,
      webSearches: 0,
      readSearches: 0,
      fileSearches: 0,
      containers: 0,
      unseen: null,
      boundless: null,
      readings: 1,
      pictures: 0,
      thoughtTokens: 0,
    });
  });

  it.each<[object, object]>([
    [{ service_tier: "priority" }, { serviceClass: "priority" }],
    [{ service_tier: "auto" }, {}],
    [{ serviceTier: { type: "flex" } }, { serviceClass: "flex" }],
    [
      { speed: "fast", inference_geo: "us" },
      { serviceClass: "fast", geography: "us" },
    ],
    [{ cache_control: { type: "ephemeral", ttl: "1h" } }, { keepsForHour: true }],
    [{ modalities: ["text", "audio"] }, { makesSound: true }],
    [{ generationConfig: { responseModalities: ["AUDIO"] } }, { makesSound: true }],
    [{ inlineData: { mimeType: "audio/mp3", data: "" } }, { hearsSound: true }],
    [{ type: "input_audio", input_audio: { data: "" } }, { hearsSound: true }],
    [{ tools: [{ type: "web_search_20250305", max_uses: 4 }] }, { webSearches: 4 }],
    [{ tools: [{ type: "web_search" }], max_tool_calls: 3 }, { webSearches: 3 }],
    [{ tools: [{ type: "web_search_preview" }] }, { boundless: expect.stringContaining("max_tool_calls") }],
    [{ tools: [{ googleSearch: {} }] }, { webSearches: 30, readSearches: 1 }],
    [
      { tools: [{ type: "web_search_20250305" }, { type: "web_fetch_20250910", max_uses: 1 }] },
      { boundless: expect.stringContaining("max_uses"), unseen: expect.stringContaining("pages") },
    ],
    [{ tools: [{ urlContext: {} }] }, { unseen: expect.stringContaining("pages") }],
    [{ tools: [{ fileSearch: { fileSearchStoreNames: ["s"] } }] }, { unseen: expect.stringContaining("files") }],
    [{ tools: [{ googleMaps: {} }] }, { boundless: expect.stringContaining("maps") }],
    [{ tools: [{ enterprise_web_search: {} }] }, { boundless: expect.any(String) }],
    [{ tools: [{ type: "x_search" }] }, { boundless: "searches" }],
    [{ search_parameters: { mode: "auto" } }, { boundless: "searches" }],
    [{ search_parameters: { mode: "off" } }, { boundless: null }],
    [{ plugins: [{ id: "web" }] }, { boundless: expect.stringContaining("plugin") }],
    [{ mcp_servers: [{ type: "url", url: "u" }] }, { unseen: expect.any(String) }],
    [{ mcp_servers: [] }, { unseen: null }],
    [{ tools: [{ type: "mcp", server_url: "u" }] }, { unseen: expect.any(String) }],
    [{ prompt: { version: "1", id: "pmpt_1" } }, { unseen: expect.any(String) }],
    [{ input: [{ type: "item_reference", id: "msg_1" }] }, { unseen: expect.any(String) }],
    [
      {
        tools: [
          {
            function: { name: "f", parameters: { properties: { file_search: { description: "d", type: "object" } } } },
          },
        ],
      },
      { unseen: null },
    ],
    [{ tools: [{ type: "file_search" }, { type: "code_interpreter" }] }, { fileSearches: 30, containers: 1 }],
    [{ context_management: { edits: [{ type: "compact_20260112" }] } }, { readings: 2 }],
    [{ type: "image_url", image_url: { url: "u" } }, { pictures: 1 }],
    [{ thinking: { budget_tokens: 5000 } }, { thoughtTokens: 10_000 }],
    [{ reasoning_effort: "high" }, { thoughtTokens: 32_768 }],
    [{ conversation: "conv_1" }, { unseen: expect.any(String) }],
    [{ cachedContent: "cachedContents/1" }, { unseen: expect.any(String) }],
    [{ fileData: { fileUri: "gs://a" } }, { unseen: expect.any(String) }],
  ])("%j", (body, found) => {
    expect(demandOfBody(body)).toMatchObject(found);
  });

  it("is not hidden by escapes, and not found in what is said", () => {
    expect(demandOfText('{"service_tier":"\\u0070riorit\\u0079"}').serviceClass).toBe("priority");
    expect(demandOfText('{"service\\u005ftier":"priority"}').serviceClass).toBe("priority");
    const said = JSON.stringify({ content: '"service_tier":"priority","type":"advisor_20260301"' });
    expect(demandOfText(said)).toMatchObject({ boundless: null });
    expect(demandOfText(said).serviceClass).toBeUndefined();
    expect(demandOfText(said.replaceAll('\\"', "\\u0022")).serviceClass).toBeUndefined();
  });
});
