// A schema that an answer must have is told to each vendor in the form that it takes; a model that cannot be held to one has to
// answer by a tool.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answers, clientNames, documentsOf } from "./support/talk.ts";
import type { ClientName } from "./support/talk.ts";
import { startTalking } from "./support/talk-vendors.ts";
import type { Talking } from "./support/talk-vendors.ts";

let talking: Talking;

const old = "claude-3-5-haiku-20241022";

beforeAll(async () => {
  talking = await startTalking([
    ["anthropic-messages", "anthropic", old],
    ["openai-chat", "openai", "gpt-4o"],
  ]);
});
beforeEach(() => talking.upstream.clear());
afterAll(() => talking.close());

const schema = {
  type: "object",
  properties: {
    n: { type: "integer", description: "How many", minimum: 1, maximum: 990 },
    tags: { type: "array", minItems: 2, uniqueItems: true, items: { type: "string", maxLength: 20 } },
    inner: { type: "object", properties: { when: { type: "string", format: "date" }, who: { $ref: "#/$defs/who" } } },
  },
  required: ["n"],
  additionalProperties: true,
  $defs: { who: { type: "object", properties: { name: { type: "string", pattern: "^a" } } } },
};
const written = JSON.stringify(schema).replace("990", "9007199254740993");

const askers: Readonly<Record<ClientName, (model: string, written: string, stream: boolean) => [string, string]>> = {
  "openai-chat": (model, form, stream) => [
    "/v1/chat/completions",
    `{"model":"${model}","stream":${stream},"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"o","schema":${form}}}}`,
  ],
  "openai-responses": (model, form, stream) => [
    "/v1/responses",
    `{"model":"${model}","stream":${stream},"input":"x","text":{"format":{"type":"json_schema","name":"o","schema":${form}}}}`,
  ],
  "anthropic-messages": (model, form, stream) => [
    "/v1/messages",
    `{"model":"${model}","stream":${stream},"max_tokens":9,"messages":[{"role":"user","content":"x"}],"output_config":{"format":{"type":"json_schema","schema":${form}}}}`,
  ],
  gemini: (model, form, stream) => [
    `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    `{"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":${form}}}`,
  ],
  ollama: (model, form, stream) => [
    "/api/chat",
    `{"model":"${model}","stream":${stream},"messages":[{"role":"user","content":"x"}],"format":${form}}`,
  ],
};

const closed = { additionalProperties: false };
const narrowed = {
  type: "object",
  properties: {
    n: { type: "integer", description: "How many\n\n{minimum: 1, maximum: 9007199254740993}" },
    tags: {
      type: "array",
      items: { type: "string", description: "{maxLength: 20}" },
      description: "{minItems: 2, uniqueItems: true}",
    },
    inner: {
      type: "object",
      properties: { when: { type: "string", format: "date" }, who: { $ref: "#/$defs/who" } },
      ...closed,
    },
  },
  required: ["n"],
  ...closed,
  $defs: {
    who: { type: "object", properties: { name: { type: "string", description: '{pattern: "^a"}' } }, ...closed },
  },
};

const others = clientNames.filter((client) => client !== "anthropic-messages");

describe.each(others)("a client of %s", (client) => {
  it("has its schema told to Claude with what Claude takes, and the rest in words", async () => {
    talking.upstream.script(answers["anthropic-messages"]([], false));
    const { headers } = await talking.post(...askers[client]("claude-sonnet-4-5", written, false));
    const asked = JSON.parse(talking.asked()) as { readonly output_config: { readonly format: object } };
    expect(asked.output_config.format).toEqual({ type: "json_schema", schema: narrowed });
    const notes = headers.get("x-ghostllm-notes");
    expect(notes).toContain("constraints of the schema");
    expect(notes).toContain("additionalProperties");
  });

  it.each([false, true])("has its answer of a Claude that takes no schema by a tool, streamed: %s", async (stream) => {
    const args = '{"n":1.0,"tags":[]}';
    talking.upstream.script(answers["anthropic-messages"]([{ id: "t", name: "give_answer", args }], stream));
    const { text } = await talking.post(...askers[client](old, written, stream));
    const asked = JSON.parse(talking.asked()) as Record<string, unknown>;
    expect(asked["output_config"]).toBeUndefined();
    expect(asked["tool_choice"]).toEqual({ type: "tool", name: "give_answer" });
    expect(asked["tools"]).toMatchObject([{ name: "give_answer", input_schema: { required: ["n"] } }]);
    expect(JSON.stringify(documentsOf(text))).toContain(JSON.stringify(args).slice(1, -1).replaceAll("\\", "\\"));
    expect(text).not.toContain("give_answer");
    expect(text).not.toMatch(/tool_use|tool_calls"\s*:\s*\[|"finish_reason":"tool_calls"|functionCall/);
  });
});

it("a list is the one member of what a tool is given, and the answer is the list", async () => {
  const list = '{"type":"array","items":{"type":"string"}}';
  for (const stream of [false, true]) {
    const args = '{"answer": ["a", "b"]}';
    talking.upstream.script(answers["anthropic-messages"]([{ id: "t", name: "give_answer", args }], stream));
    const { text } = await talking.post(...askers.gemini(old, list, stream));
    const [first] = documentsOf(text) as readonly { readonly candidates: readonly { content: { parts: unknown } }[] }[];
    expect(first?.candidates[0]?.content.parts).toEqual([{ text: stream ? '["a", "b"]' : '["a","b"]' }]);
  }
});

it("what a model says instead of an answer in the form is told as it is", async () => {
  talking.upstream.script(answers["anthropic-messages"]([], true));
  const { text } = await talking.post(...askers["openai-chat"](old, written, true));
  expect(text).toContain('"content":"ok"');
});

it("Amazon's models are asked by a tool, others on Bedrock with the schema that they take", async () => {
  talking.upstream.script(answers["bedrock-converse"]([{ id: "t", name: "give_answer", args: '{"n":1}' }], false));
  const { text } = await talking.post(...askers["openai-chat"]("amazon.nova-lite-v1:0", written, false));
  expect(text).toContain('"content":"{\\"n\\":1}"');
  expect(JSON.parse(talking.asked())).toMatchObject({ toolConfig: { toolChoice: { tool: { name: "give_answer" } } } });
});

it("tools take objects, whatever their schemas say at the top", async () => {
  const parameters = {
    anyOf: [
      { properties: { a: { type: "string" }, b: {} }, required: ["a"] },
      { properties: { a: { type: "string" }, c: {} }, required: ["a", "c"] },
    ],
  };
  const joined = { type: "object", properties: { a: { type: "string" }, b: {}, c: {} }, required: ["a"] };
  for (const vendor of ["anthropic-messages", "openai-responses", "gemini", "bedrock-converse"] as const) {
    talking.upstream.script(answers[vendor]([], false));
    await talking.ask("openai-chat", vendor, { tools: ["f"], parameters: JSON.stringify(parameters) });
    expect(talking.asked()).toContain(JSON.stringify(joined).slice(1, -1).split('"properties"')[1]);
    expect(talking.asked()).not.toContain("anyOf");
    await talking.ask("openai-chat", vendor, { tools: ["f"], parameters: "{}" });
    expect(talking.asked()).toContain('{"type":"object","properties":{}}');
  }
});

it("a Gemini that takes no form next to functions is asked by a tool", async () => {
  const call = { id: "t", name: "give_answer", args: '{"n":1}' };
  talking.upstream.script(answers.gemini([call], false));
  const [path, body] = askers["openai-chat"]("gemini-2.5-pro", written, false);
  const tools = '"tools":[{"type":"function","function":{"name":"f","parameters":{}}}]';
  const { text } = await talking.post(path, body.replace("{", `{${tools},`));
  expect(JSON.parse(talking.asked())).toMatchObject({ toolConfig: { functionCallingConfig: { mode: "ANY" } } });
  expect(talking.asked()).not.toContain("responseMimeType");
  expect(text).toContain('"content":"{\\"n\\":1}"');
});

it("a list is asked of OpenAI's models by a tool, which hold answers to objects alone", async () => {
  const call = { id: "t", name: "give_answer", args: '{"answer":[1.0]}' };
  for (const stream of [false, true]) {
    talking.upstream.script(answers["openai-chat"]([call], stream));
    const { text } = await talking.post(
      ...askers.gemini("gpt-4o", '{"type":"array","items":{"type":"number"}}', stream),
    );
    expect(talking.asked()).not.toContain("response_format");
    expect(text).toContain('"text":"[1.0]"');
  }
});

it("of several tools those are told that may be called", async () => {
  talking.upstream.script(answers["anthropic-messages"]([], false));
  const choice =
    '{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"b.c"}}]}}';
  const tools = ["a", "b.c"].map((name) => `{"type":"function","function":{"name":"${name}","parameters":{}}}`).join();
  const { headers } = await talking.post(
    "/v1/chat/completions",
    `{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"x"}],"tools":[${tools}],"tool_choice":${choice}}`,
  );
  expect(JSON.parse(talking.asked())).toMatchObject({ tool_choice: { type: "any" }, tools: [{ name: "b_c" }] });
  expect(headers.get("x-ghostllm-notes")).toBe("names of tools");
  await talking.post(
    "/v1beta/models/claude-sonnet-4-5:generateContent",
    '{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"a"},{"name":"b"},{"name":"c"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["a","c"]}}}',
  );
  expect(JSON.parse(talking.asked())).toMatchObject({ tools: [{ name: "a" }, { name: "c" }] });
});
