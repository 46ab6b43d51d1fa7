import { describe, expect, it } from "vitest";
import { noDemand } from "./request-demand.ts";
import { demandOf } from "./demand-of.ts";

const demandOfText = (text: string) => demandOf({ operation: "chat.completions", body: Buffer.from(text) });
const demandOfBody = (body: object) => demandOfText(JSON.stringify(body));

describe("what a request can cause", () => {
  it("is nothing beside its text as a rule", () => {
    expect(demandOfBody({ model: "m", messages: [{ role: "user", content: "x" }] })).toBe(noDemand);
    const parts = [{ type: "text", text: "type" }];
    const body = { model: "m", max_tokens: 5, messages: [{ role: "user", content: parts }], tool_choice: "auto" };
    expect(demandOfBody(body)).toEqual({ ...noDemand, namedOutputTokens: 5 });
  });

  it.each<[object, object]>([
    [{ service_tier: "priority" }, { serviceClasses: ["priority"] }],
    [{ service_tier: "auto" }, { serviceClasses: [] }],
    [{ serviceTier: { type: "flex" } }, { serviceClasses: ["flex"] }],
    [
      { speed: "fast", inference_geo: "us" },
      { serviceClasses: ["fast"], geography: "us" },
    ],
    [{ cache_control: { type: "ephemeral", ttl: "1h" } }, { keepsForHour: true }],
    [{ cache_control: { type: "ephemeral", ttl: "24h" } }, { keepsForHour: true }],
    [{ cache_control: { type: "ephemeral", ttl: "5m" } }, { keepsForHour: false }],
    [
      { modalities: ["text", "audio"], audio: { voice: "a", format: "mp3" } },
      { makesSound: true, hearsSound: false },
    ],
    [{ generationConfig: { responseModalities: ["AUDIO"] } }, { makesSound: true }],
    [{ prediction: { type: "content", content: "x" } }, { predicts: true }],
    [{ anthropic_beta: ["context-1m-2025-08-07"], type: "x" }, { contextTokens: 1_000_000 }],
    [{ response_format: { type: "json_schema" } }, { hiddenTokens: 1000 }],
    [{ context_management: { edits: [{ type: "compact_20260112" }] } }, { readings: 2, writings: 2 }],
    [{ context_management: [{ type: "compaction", compact_threshold: 9 }] }, { readings: 2 }],
    [{ thinking: { type: "enabled", budget_tokens: 5000 } }, { thoughtTokens: 10_000, thinkingBudget: 5000 }],
    [{ reasoning: { max_tokens: 7000 } }, { thinkingBudget: 7000, namedOutputTokens: 0 }],
    [{ reasoning_effort: "high" }, { thoughtTokens: 32_768 }],
    [{ search_parameters: { mode: "off" } }, { boundless: null }],
    [{ search_parameters: { sources: [{ type: "web" }] } }, { boundless: "searches" }],
    [{ models: ["a", "b"] }, { boundless: expect.stringContaining("other than") }],
    [{ plugins: [{ options: [1], id: "web" }] }, { boundless: expect.stringContaining("plugin") }],
    [{ enable_search: true }, { boundless: "searches" }],
    [{ enable_search: false }, { boundless: null }],
    [{ tools: [{ type: "function", function: { name: "f" } }] }, { namesFunctions: true }],
    [{ tools: [{ name: "f", input_schema: {} }] }, { namesFunctions: true }],
    [{ tools: [{ functionDeclarations: [{ name: "f" }] }] }, { namesFunctions: true }],
    [{ tools: [{ type: "web_search" }] }, { namesFunctions: false }],
    [{ tools: [{ googleSearch: {} }] }, { namesFunctions: false }],
    [{ tools: [] }, { namesFunctions: false }],
    [{ mcp_servers: [] }, { unseen: null }],
    [{ mcp_servers: [{ type: "url", url: "u" }] }, { unseen: expect.any(String), readings: 11 }],
  ])("%j", (body, found) => {
    expect(demandOfBody(body)).toMatchObject(found);
  });

  it.each<[object, object]>([
    [
      { type: "function", function: { name: "web_search" } },
      { unseen: null, boundless: null, hiddenTokens: 1000 },
    ],
    [
      { name: "f", input_schema: { type: "web_search_20250305" } },
      { unseen: null, boundless: null },
    ],
    [{ functionDeclarations: [{ name: "f", parameters: { fileUri: "x" } }] }, { unseen: null, boundless: null }],
    [
      { type: "bash_20250124", name: "bash" },
      { unseen: null, boundless: null, hiddenTokens: 4000 },
    ],
    [
      { type: "web_search_20250305", max_uses: 4 },
      { webSearches: 4, readings: 5, unseen: "what a search finds" },
    ],
    [
      { type: "web_search_20250305", max_uses: 4000 },
      { webSearches: 4000, readings: 11 },
    ],
    [{ type: "web_search_20250305" }, { boundless: expect.stringContaining("max_uses") }],
    [
      { type: "web_fetch_20250910", max_uses: 1 },
      { readings: 2, unseen: expect.stringContaining("pages") },
    ],
    [{ type: "code_execution_20250825" }, { readings: 11, unseen: expect.any(String) }],
    [{ type: "web_search_preview" }, { boundless: expect.stringContaining("max_tool_calls") }],
    [{ type: "file_search", vector_store_ids: ["v"] }, { boundless: expect.stringContaining("max_tool_calls") }],
    [{ type: "mcp", server_url: "u" }, { boundless: expect.stringContaining("max_tool_calls") }],
    [{ googleSearch: {} }, { webSearches: 100, readings: 1, unseen: null }],
    [{ google_search: {} }, { webSearches: 100 }],
    [{ urlContext: {} }, { readings: 2, unseen: expect.stringContaining("pages") }],
    [{ fileSearch: { fileSearchStoreNames: ["s"] } }, { unseen: expect.stringContaining("files") }],
    [{ retrieval: { vertexRagStore: {} } }, { unseen: expect.stringContaining("files") }],
    [{ googleMaps: {} }, { boundless: expect.stringContaining("maps") }],
    [{ enterprise_web_search: {} }, { boundless: expect.any(String) }],
    [{ somethingNew: {} }, { boundless: expect.stringContaining("somethingnew") }],
    [{ type: "something_new_20300101" }, { boundless: expect.stringContaining("something_new") }],
    [{ type: "x_search" }, { boundless: "searches" }],
    [{ type: "builtin_function", function: { name: "$web_search" } }, { boundless: expect.any(String) }],
    [{ type: "advisor_20260301" }, { boundless: expect.stringContaining("advice") }],
  ])("with the tool %j", (tool, found) => {
    expect(demandOfBody({ tools: [tool] })).toMatchObject(found);
    expect(demandOfBody({ Tools: tool })).toMatchObject(found);
  });

  it("is bounded by `max_tool_calls` for the tools of one dialect", () => {
    const tools = ["web_search", "file_search", "code_interpreter"].map((type) => ({ type }));
    const found = { webSearches: 3, fileSearches: 3, containers: 1, readings: 4, boundless: null };
    expect(demandOfBody({ tools, max_tool_calls: 3 })).toMatchObject(found);
  });

  it.each<[object, object]>([
    [
      { type: "text", text: "x" },
      { unseen: null, pictures: 0 },
    ],
    [
      { type: "image_url", image_url: { url: "https://a.example/b.png" } },
      { unseen: null, pictures: 1 },
    ],
    [{ type: "image_url", image_url: { url: "data:application/pdf;base64,AA" } }, { unseen: "a document" }],
    [
      { type: "input_image", file_id: "file-1" },
      { unseen: null, pictures: 1 },
    ],
    [
      { type: "image", source: { type: "base64", media_type: "image/png", data: "A" } },
      { unseen: null, pictures: 1 },
    ],
    [
      { type: "input_audio", input_audio: { data: "" } },
      { hearsSound: true, unseen: "sound" },
    ],
    [{ inlineData: { mimeType: "audio/mp3", data: "" } }, { hearsSound: true, unseen: expect.any(String) }],
    [{ inline_data: { mime_type: "image/png", data: "" } }, { unseen: null, pictures: 1 }],
    [{ inlineData: { mimeType: "application/pdf", data: "" } }, { unseen: "a document" }],
    [{ fileData: { fileUri: "gs://a" } }, { unseen: expect.any(String) }],
    [{ type: "file", file: { file_data: "data:application/pdf;base64,AA" } }, { unseen: "a document" }],
    [{ type: "input_file", file_url: "u" }, { unseen: "a document" }],
    [{ type: "document", source: { url: "u", type: "url" } }, { unseen: "a document" }],
    [{ type: "document", source: { type: "base64", media_type: "application/pdf" } }, { unseen: "a document" }],
    [{ type: "document", source: { type: "text", data: "x" } }, { unseen: null }],
    [{ type: "container_upload", file_id: "f" }, { unseen: expect.any(String) }],
    [{ type: "video_url", video_url: { url: "u" } }, { unseen: expect.any(String) }],
    [{ type: "something_new" }, { unseen: expect.stringContaining("something_new") }],
    [{ somethingNew: {} }, { unseen: expect.stringContaining("somethingnew") }],
    [{ type: "item_reference", id: "msg_1" }, { unseen: expect.any(String) }],
    [{ type: "reasoning", id: "rs_1", summary: [] }, { unseen: expect.any(String) }],
    [{ type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" }, { unseen: null }],
    [{ type: "tool_use", id: "t", name: "n", input: { file_id: "x", type: "web" } }, { unseen: null }],
    [{ type: "tool_result", content: [{ type: "document", source: { type: "file" } }] }, { unseen: "a document" }],
  ])("with the part %j, wherever it stands", (part, found) => {
    const chats = [
      { messages: [{ role: "user", content: [part] }] },
      { messages: [{ content: [{ type: "tool_result", content: [part] }] }] },
      { input: [{ role: "user", content: [part] }] },
      { input: [part] },
    ];
    for (const body of [
      ...("type" in part ? chats : []),
      { contents: [{ parts: [part] }] },
      { contents: { parts: part } },
      { systemInstruction: { parts: [part] } },
    ])
      expect(demandOfBody(body)).toMatchObject(found);
  });

  it.each([
    { conversation: "conv_1" },
    { conversation: { id: "conv_1" } },
    { previous_response_id: "resp_1" },
    { cachedContent: "cachedContents/1" },
    { cached_content: "cachedContents/1" },
    { prompt: { variables: { a: "b" }, id: "pmpt_1" } },
    { data_sources: [{ type: "azure_search" }] },
    { container: { skills: [{ skill_id: "pptx" }] } },
    { messages: [{ role: "assistant", audio: { id: "audio_1" } }] },
    { extra_body: { google: { cached_content: "x" } } },
  ])("names what only the vendor has: %j", (body) => {
    expect(demandOfBody(body).unseen).toEqual(expect.any(String));
    // Names in other letters, and in escapes.
    const text = JSON.stringify(body);
    expect(
      demandOfText(
        text.replace(/"([a-z])(\w+)":/i, (_all, first: string, rest: string) => `"${first.toUpperCase()}${rest}":`),
      ).unseen,
    ).not.toBeNull();
    const escaped = text.replace(/"(\w)/, (_all, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`);
    expect(demandOfText(escaped).unseen).not.toBeNull();
  });

  it("counts the larger of two limits, by whatever names, and of two members of one name", () => {
    const limits = (text: string) => demandOfText(text);
    expect(limits('{"max_tokens":5,"max_completion_tokens":90}').namedOutputTokens).toBe(90);
    expect(limits('{"generationConfig":{"maxOutputTokens":90,"maxOutputTokens":5}}').namedOutputTokens).toBe(90);
    expect(limits('{"generationConfig":{"maxOutputTokens":5,"max_output_tokens":"90"}}').namedOutputTokens).toBe(90);
    expect(limits('{"options":{"num_predict":5},"Options":{"num_predict":0}}').namesNoLimit).toBe(true);
    expect(limits('{"generationConfig":{"candidateCount":2},"generation_config":{"candidate_count":8}}').answers).toBe(
      8,
    );
    expect(limits('{"service_tier":"default","service_tier":"priority"}').serviceClasses).toEqual(["priority"]);
  });

  it("is not hidden by escapes, and not found in what is said", () => {
    expect(demandOfText('{"service_tier":"\\u0070riorit\\u0079"}').serviceClasses).toEqual(["priority"]);
    expect(demandOfText('{"service\\u005ftier":"priority"}').serviceClasses).toEqual(["priority"]);
    const said = JSON.stringify({ content: '"service_tier":"priority","type":"advisor_20260301"' });
    expect(demandOfText(said)).toMatchObject({ boundless: null });
    expect(demandOfText(said).serviceClasses).toEqual([]);
    expect(demandOfText(said.replaceAll('\\"', "\\u0022")).serviceClasses).toEqual([]);
  });
});
