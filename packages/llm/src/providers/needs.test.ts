// What requests become for vendors that would refuse them, within their dialect and across, by the data of provider files.

import { describe, expect, it } from "vitest";
import { dialects, vendorDialects } from "#dialects/index.ts";
import { passageBetween } from "#dialects/passage/passage-between.ts";
import { isObject, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { ClientDialectName } from "./definition.ts";
import { providers } from "./index.ts";
import { wayTo } from "./url.ts";

interface Sent {
  readonly body: JsonObject;
  readonly text: string;
  readonly notes: readonly string[];
}

/** `target` is `provider/model`. */
function send(target: string, client: ClientDialectName, fields: JsonObject | string): Sent {
  const [type = "", ...rest] = target.split("/");
  const model = rest.join("/");
  const definition = providers.find((provider) => provider.type === type);
  const way = definition && wayTo(definition, client, "chat.completions", model);
  if (!definition || !way) throw new Error(`no way to ${target}`);
  const body = Buffer.from(typeof fields === "string" ? fields : JSON.stringify({ model, ...fields }));
  const request = dialects[client].client.parseRequest("chat.completions", body, { model, query: "", stream: false });
  const passage = passageBetween(dialects[client], vendorDialects[way.dialect], "chat.completions");
  const sent = passage.encodeRequest(request, { model, quirks: definition.quirks ?? {} });
  const text = sent.body.toString();
  const parsed = parseJson(text);
  if (!isObject(parsed)) throw new TypeError("an object is sent");
  return { body: parsed, text, notes: sent.notes };
}

const user = { role: "user", content: "x" };
const chat: JsonObject = { messages: [user] };
const messagesOf = ({ body }: Sent) => body["messages"] as readonly JsonObject[];

const call = (id: string, name = "f") => ({ id, type: "function", function: { name, arguments: "{}" } });
const calling = (...ids: readonly string[]) => ({
  role: "assistant",
  content: null,
  tool_calls: ids.map((id) => call(id)),
});
const result = (id: string) => ({ role: "tool", tool_call_id: id, content: "1" });

describe("Mistral, from its own dialect", () => {
  const target = "mistral/mistral-large-latest";

  it("gets no field that it refuses, in its own names, roles and ids", () => {
    const sent = send(target, "openai-chat", {
      max_completion_tokens: 50,
      user: "u1",
      seed: 7,
      store: false,
      stream_options: null,
      tool_choice: "required",
      tools: [{ type: "function", function: { name: "f", parameters: {} } }],
      messages: [
        { role: "developer", content: "brief" },
        { ...user, name: "ann" },
        { ...calling("call_abcdefgh12345"), reasoning_content: "hm", refusal: null, annotations: [] },
        result("call_abcdefgh12345"),
      ],
    });
    const [system, asked, called, answered] = messagesOf(sent);
    const { messages: _messages, tools: _tools, model: _model, ...fields } = sent.body;
    expect(fields).toEqual({ max_tokens: 50, random_seed: 7, tool_choice: "required" });
    expect(system).toEqual({ role: "system", content: "brief" });
    expect(asked).toEqual(user);
    const [{ id = "" } = {}] = (called?.["tool_calls"] ?? []) as readonly { readonly id?: string }[];
    expect(id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(called).toEqual({ role: "assistant", content: null, tool_calls: [call(id)] });
    expect(answered).toEqual(result(id));
    expect(sent.notes.toSorted()).toEqual(["name", "reasoning", "store", "user"]);
  });

  it("has the system first, an assistant between results and users, and its own beginning marked", () => {
    const ids = ["abcdefgh1"];
    const messages = [user, calling(...ids), result("abcdefgh1"), user, { role: "system", content: "s" }];
    const sent = send(target, "openai-chat", { messages: [...messages, { role: "assistant", content: "1. " }] });
    expect(messagesOf(sent).map(({ role }) => role)).toEqual([
      ...["system", "user", "assistant", "tool", "assistant", "user", "assistant"],
    ]);
    expect(messagesOf(sent).at(-1)).toEqual({ role: "assistant", content: "1. ", prefix: true });
    expect(sent.notes).toHaveLength(2);
  });

  it("is sent what it takes byte for byte", () => {
    const text = `{ "model": "mistral-large-latest", "messages": [ {"role":"user","content":"x"} ], "temperature": 1.0 }`;
    expect(send(target, "openai-chat", text)).toMatchObject({ text, notes: [] });
  });

  it("keeps all other bytes of what is edited", () => {
    const text = `{ "model":"mistral-large-latest", "temperature": 0.50, "user": "u", "messages": [ {"role": "user", "content": "\\u0041"} ] }`;
    expect(send(target, "openai-chat", text).text).toBe(text.replace(' "user": "u",', ""));
  });
});

describe("OpenAI-compatible vendors, from their own dialect", () => {
  it.each([
    "deepseek/deepseek-chat",
    "ollama/llama3",
    "together/x",
    "vllm/x",
    "llamacpp/x",
    "zai/glm-5",
    "perplexity/sonar",
  ])("%s does not meet the role developer", (target) => {
    const sent = send(target, "openai-chat", { messages: [{ role: "developer", content: "brief" }, user] });
    expect(messagesOf(sent)).toEqual([{ role: "system", content: "brief" }, user]);
    expect(sent.notes).toEqual([]);
  });

  it.each(["deepseek/deepseek-chat", "ollama/llama3", "moonshot/kimi-k2", "cohere/command-a"])(
    "%s reads the limit by its old name",
    (target) => {
      expect(send(target, "openai-chat", { ...chat, max_completion_tokens: 2 }).body).toMatchObject({ max_tokens: 2 });
      const both = send(target, "openai-chat", { ...chat, max_tokens: 9, max_completion_tokens: 2 }).body;
      expect(both).toMatchObject({ max_tokens: 2 });
      expect(both).not.toHaveProperty("max_completion_tokens");
    },
  );

  it.each(["groq/llama-3.3-70b-versatile", "cerebras/gpt-oss-120b"])(
    "%s gets no fields of others' messages",
    (target) => {
      const spoken = { role: "assistant", content: "y", reasoning_content: "hm", refusal: null, annotations: [] };
      const sent = send(target, "openai-chat", { messages: [user, spoken, user] });
      expect(messagesOf(sent)[1]).toEqual({ role: "assistant", content: "y" });
      expect(sent.notes).toEqual(["reasoning"]);
    },
  );

  it.each(["openai-compatible/x", "vllm/x"])("%s gets no choice of tools where there are none", (target) => {
    const choice = { tool_choice: "auto", parallel_tool_calls: false, tools: [] };
    expect(send(target, "openai-chat", { ...chat, ...choice }).body).not.toMatchObject({ tool_choice: "auto" });
  });

  it("Perplexity: turns alternate, and a user speaks first and last", () => {
    const messages = [
      user,
      { role: "user", content: "y" },
      { role: "system", content: "s" },
      { role: "assistant", content: "z" },
    ];
    expect(messagesOf(send("perplexity/sonar", "openai-chat", { messages }))).toEqual([
      { role: "system", content: "s" },
      { role: "user", content: "x\n\ny" },
      { role: "assistant", content: "z" },
      { role: "user", content: expect.any(String) as string },
    ]);
  });

  it("xAI's reasoning models get neither penalties nor stops, and an effort only where they know one", () => {
    const asked = { ...chat, presence_penalty: 0, frequency_penalty: 1, stop: ["a"], reasoning_effort: "low" };
    const sent = send("xai/grok-4-0709", "openai-chat", asked);
    expect(sent.body).toEqual({ model: "grok-4-0709", ...chat });
    expect(sent.notes.toSorted()).toEqual(["frequency_penalty", "reasoning effort", "stop"]);
    expect(send("xai/grok-4.3", "openai-chat", asked).body).toMatchObject({ reasoning_effort: "low" });
    expect(send("xai/grok-3", "openai-chat", asked).body).toMatchObject({ presence_penalty: 0, stop: ["a"] });
  });

  it("DeepSeek's thinking models cannot be forced to call", () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    const asked = { ...chat, tools, tool_choice: "required" };
    expect(send("deepseek/deepseek-v4-pro", "openai-chat", asked)).toMatchObject({ notes: ["tool_choice"] });
    const free = send("deepseek/deepseek-v4-pro", "openai-chat", { ...asked, thinking: { type: "disabled" } });
    expect(free.body).toMatchObject({ tool_choice: "required" });
  });
});

describe("OpenAI's models that reason", () => {
  const sampling = { temperature: 0.3, top_p: 0.5, stop: ["a"], presence_penalty: 1 };

  it.each(["openai/o3", "openai/gpt-5-mini", "openai/gpt-6-sol", "azure-openai/my-gpt-5"])(
    "%s get no sampling and the limit by its new name",
    (target) => {
      const sent = send(target, "openai-chat", { ...chat, ...sampling, max_tokens: 9 });
      expect(sent.body).toEqual({ model: sent.body["model"], ...chat, max_completion_tokens: 9 });
      expect(sent.notes.toSorted()).toEqual(["presence_penalty", "stop", "temperature", "top_p"]);
    },
  );

  it.each(["openai/gpt-4o", "openai/gpt-4.1-mini", "openai/gpt-5-chat-latest", "azure-openai/gpt-35-turbo"])(
    "%s, which do not, get all of it as it is",
    (target) => {
      const sent = send(target, "openai-chat", { ...chat, ...sampling, max_tokens: 9 });
      expect(sent.body).toEqual({ model: sent.body["model"], ...chat, ...sampling, max_tokens: 9 });
      expect(sent.notes).toEqual([]);
    },
  );

  it("newer ones sample while they rest", () => {
    const asked = { ...chat, temperature: 0.3 };
    const kept = { temperature: 0.3 };
    expect(send("openai/gpt-5.2", "openai-chat", asked).body).toMatchObject(kept);
    expect(send("openai/gpt-5.2", "openai-chat", { ...asked, reasoning_effort: "low" }).notes).toEqual(["temperature"]);
    expect(send("openai/gpt-5.6-terra", "openai-chat", { ...asked, reasoning_effort: "none" }).body).toMatchObject(
      kept,
    );
    expect(send("openai/gpt-5.6-terra", "openai-chat", asked).notes).toEqual(["temperature"]);
  });

  it("of an Anthropic client, too", () => {
    const asked = { ...chat, max_tokens: 9, temperature: 0.3, stop_sequences: ["a"] };
    for (const target of ["openai/gpt-5.1", "openai/o3", "azure-openai/o3"]) {
      const sent = send(target, "anthropic-messages", asked);
      expect(sent.body).toEqual({ model: sent.body["model"], ...chat, max_completion_tokens: 9 });
      expect(sent.notes.toSorted()).toEqual(["stop", "temperature"]);
    }
  });

  it("in the Responses dialect, too", () => {
    const asked = {
      input: "x",
      temperature: 0.3,
      top_p: 0.5,
      top_logprobs: 2,
      include: ["message.output_text.logprobs"],
    };
    const sent = send("openai/gpt-5", "openai-responses", asked);
    expect(sent.body).toEqual({ model: "gpt-5", input: "x" });
    expect(sent.notes.toSorted()).toEqual(["logprobs", "temperature", "top_logprobs", "top_p"]);
    const resting = { ...asked, reasoning: { effort: "none" } };
    expect(send("openai/gpt-5.1", "openai-responses", resting).body).toEqual({ model: "gpt-5.1", ...resting });
  });
});

describe("OpenAI, from its own dialect", () => {
  it("gets no choice of tools where there are none, and four stops at most", () => {
    const asked = {
      ...chat,
      tools: [],
      tool_choice: "auto",
      parallel_tool_calls: false,
      stop: ["a", "", "b", "c", "d", "e"],
    };
    const sent = send("openai/gpt-4o", "openai-chat", asked);
    expect(sent.body).toEqual({ model: "gpt-4o", ...chat, stop: ["a", "b", "c", "d"] });
    expect(sent.notes).toEqual(["stop"]);
  });

  it("gets each call with its result", () => {
    const messages = [user, result("lost"), calling("a", "b"), result("b"), user, calling("c")];
    const sent = send("openai/gpt-4o", "openai-chat", { messages });
    expect(messagesOf(sent).map(({ role, tool_call_id: id }) => id ?? role)).toEqual([
      ...["user", "assistant", "b", "a", "user", "assistant", "c"],
    ]);
    expect(sent.notes).toHaveLength(2);
  });

  it("gets each call of a Responses client with its output, unless OpenAI keeps the other half", () => {
    const called = (id: string) => ({ type: "function_call", call_id: id, name: "f", arguments: "{}" });
    const output = (id: string) => ({ type: "function_call_output", call_id: id, output: "1" });
    const input = [output("lost"), called("a"), called("b"), output("b")];
    const sent = send("openai/gpt-4o", "openai-responses", { input });
    expect(
      (sent.body["input"] as readonly JsonObject[]).map(({ type, call_id: id }) => `${String(type)} ${String(id)}`),
    ).toEqual([...["function_call a", "function_call b", "function_call_output a", "function_call_output b"]]);
    const kept = send("openai/gpt-4o", "openai-responses", { input, previous_response_id: "resp_1" });
    expect(kept.body["input"]).toEqual(input);
  });
});

const claudes = [
  "anthropic/claude-opus-4-8",
  "anthropic/claude-fable-5",
  "bedrock/us.anthropic.claude-opus-4-7-v1:0",
  "vertex-anthropic/claude-opus-5@20260801",
];

describe("Claude", () => {
  it.each(claudes)("%s samples by itself, whoever asks", (target) => {
    const own = send(target, "anthropic-messages", { ...chat, max_tokens: 9, temperature: 0.3, top_k: 4 });
    const openai = send(target, "openai-chat", { ...chat, temperature: 0.3, top_p: 0.4 });
    const gemini = send(target, "gemini", {
      contents: [{ role: "user", parts: [{ text: "x" }] }],
      generationConfig: { topK: 4, temperature: 0 },
    });
    const ollama = send(target, "ollama", { ...chat, options: { top_k: 4 } });
    const responses = send(target, "openai-responses", { input: "x", temperature: 0.3 });
    for (const { body } of [own, openai, gemini, ollama, responses])
      for (const field of ["temperature", "top_p", "top_k"]) expect(body).not.toHaveProperty(field);
    expect(own.notes.toSorted()).toEqual(["temperature", "top_k"]);
    expect(openai.notes.toSorted()).toEqual(["temperature", "top_p"]);
    expect(gemini.notes.toSorted()).toEqual(["temperature", "top_k"]);
    expect(ollama.notes).toEqual(["top_k"]);
    expect(responses.notes).toEqual(["temperature"]);
  });

  it.each([
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-opus-4-1-20250805",
    "bedrock/eu.anthropic.claude-haiku-4-5-20251001-v1:0",
    "openrouter/anthropic/claude-sonnet-4.6",
  ])("%s takes a temperature or top_p, not both", (target) => {
    const sent = send(target, "openai-chat", { ...chat, temperature: 0.3, top_p: 0.4 });
    expect(sent.body).toMatchObject({ temperature: 0.3 });
    expect(sent.body).not.toHaveProperty("top_p");
    expect(sent.notes).toEqual(["top_p"]);
  });

  it("of the fourth generation takes both", () => {
    const sent = send("anthropic/claude-sonnet-4-20250514", "openai-chat", { ...chat, temperature: 0.3, top_p: 0.4 });
    expect(sent).toMatchObject({ body: { temperature: 0.3, top_p: 0.4 }, notes: [] });
  });

  const thinking = { type: "enabled", budget_tokens: 2000 };

  it("is calm next to thoughts, and never hotter than 1", () => {
    const asked = { ...chat, max_tokens: 4000, temperature: 0.3, top_k: 5, thinking };
    const sent = send("anthropic/claude-sonnet-4-5", "anthropic-messages", asked);
    expect(sent.body).toEqual({ model: "claude-sonnet-4-5", ...chat, max_tokens: 4000, thinking });
    expect(sent.notes.toSorted()).toEqual(["temperature", "top_k"]);
    const hot = send("anthropic/claude-sonnet-4-5", "anthropic-messages", { ...chat, max_tokens: 9, temperature: 1.5 });
    expect(hot).toMatchObject({ body: { temperature: 1 }, notes: ["temperature"] });
  });

  const prefilled = [user, { role: "assistant", content: "1. " }];

  it.each([
    "anthropic/claude-opus-4-8",
    "anthropic/claude-sonnet-4-6",
    "bedrock/anthropic.claude-opus-4-6-v1",
    "openrouter/anthropic/claude-opus-4.6",
    "google/gemini-3-pro",
    "bedrock/amazon.nova-lite-v1:0",
    "bedrock/meta.llama3-70b-instruct-v1:0",
  ])("%s does not go on with its own turn", (target) => {
    for (const client of ["openai-chat", "anthropic-messages"] as const) {
      const sent = send(target, client, { messages: prefilled, max_tokens: 9 });
      const turns = (sent.body["messages"] ?? sent.body["contents"]) as readonly JsonObject[];
      expect(turns.map(({ role }) => role)).toEqual(["user", turns[1]?.["role"], "user"]);
      expect(sent.notes).toEqual(["a user's turn behind the assistant's"]);
    }
  });

  it.each(["anthropic/claude-sonnet-4-5", "vertex-anthropic/claude-haiku-4-5"])(
    "%s goes on with it where it does not end with spaces",
    (target) => {
      for (const client of ["openai-chat", "anthropic-messages"] as const) {
        const sent = send(target, client, { messages: prefilled, max_tokens: 9 });
        expect(sent.body["messages"]).toEqual([user, { role: "assistant", content: "1." }]);
        expect(sent.notes).toEqual([]);
      }
    },
  );

  it("does not begin an answer and think about it at once", () => {
    const asked = { messages: prefilled, max_tokens: 4000, thinking };
    const sent = send("anthropic/claude-sonnet-4-5", "anthropic-messages", asked);
    expect(messagesOf(sent)).toHaveLength(3);
  });

  it("gets no thought without a seal, and thinks itself only where none is missing", () => {
    const unsealed = [
      { type: "thinking", thinking: "hm", signature: "" },
      { type: "thinking", thinking: "hm" },
      { type: "thinking", thinking: "hm", signature: null },
    ];
    const said = { role: "assistant", content: [...unsealed, { type: "text", text: "done" }] };
    const asked = { max_tokens: 4000, thinking, messages: [user, said, user] };
    for (const target of [
      "anthropic/claude-sonnet-4-5",
      "bedrock/anthropic.claude-sonnet-4-5-v1:0",
      "vertex-anthropic/claude-sonnet-4-5",
    ]) {
      const sent = send(target, "anthropic-messages", asked);
      expect(messagesOf(sent)[1]?.["content"]).toEqual([{ type: "text", text: "done" }]);
      expect(sent.body).toMatchObject({ thinking });
      expect(sent.notes).toEqual(["reasoning"]);
    }
    const use = { type: "tool_use", id: "a", name: "f", input: {} };
    const answer = { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: "1" }] };
    const looping = { ...asked, messages: [user, { role: "assistant", content: [...unsealed, use] }, answer] };
    const sent = send("anthropic/claude-sonnet-4-5", "anthropic-messages", looping);
    expect(sent.body).not.toHaveProperty("thinking");
    expect(sent.notes.toSorted()).toEqual(["reasoning", "reasoning effort"]);
  });

  it("gets texts with letters, calls with results, and stops that are more than spaces", () => {
    const blocks = [
      { type: "text", text: "" },
      { type: "tool_use", id: "a", name: "f", input: { k: 1 } },
    ];
    const asked = {
      max_tokens: 9,
      stop_sequences: [" ", "a"],
      tool_choice: { type: "any" },
      messages: [user, { role: "assistant", content: blocks }, { role: "user", content: "" }],
    };
    const sent = send("anthropic/claude-sonnet-4-5", "anthropic-messages", asked);
    expect(sent.body).toEqual({
      model: "claude-sonnet-4-5",
      max_tokens: 9,
      stop_sequences: ["a"],
      messages: [
        user,
        { role: "assistant", content: blocks.slice(1) },
        { role: "user", content: [expect.objectContaining({ type: "tool_result", tool_use_id: "a" })] },
      ],
    });
    expect(sent.notes.toSorted()).toEqual(["a call without its result", "stop of spaces", "tool_choice"]);
  });

  it("gets the system's words where its model takes them", () => {
    const messages = [user, { role: "system", content: "now" }, { role: "assistant", content: "y" }, user];
    const newer = send("anthropic/claude-opus-4-8", "openai-chat", { messages });
    expect(newer).toMatchObject({ body: { messages }, notes: [] });
    const older = send("anthropic/claude-sonnet-4-5", "anthropic-messages", { messages, max_tokens: 9 });
    expect(older.body["system"]).toEqual([{ type: "text", text: "now" }]);
    expect(messagesOf(older).map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(older.notes).toEqual(["system message in the midst of others"]);
  });

  it("alone has these needs: another model behind the dialect is sent what came", () => {
    const said = { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "" }] };
    const asked = { max_tokens: 9, temperature: 1.5, messages: [said, { role: "assistant", content: "1. " }] };
    const sent = send("anthropic/kimi-k3", "anthropic-messages", asked);
    expect(sent).toMatchObject({ body: { model: "kimi-k3", ...asked }, notes: [] });
  });

  it("passes byte for byte where there is nothing to change", () => {
    const text = `{"model":"claude-opus-4-8","max_tokens":9, "messages":[ {"role":"user","content":[{"type":"text","text":"a \\"thinking\\" user"}]} ], "x": 1.0}`;
    expect(send("anthropic/claude-opus-4-8", "anthropic-messages", text)).toMatchObject({ text, notes: [] });
  });
});

describe("Bedrock", () => {
  const history = [user, calling("a"), result("a"), user];
  const use = { type: "tool_use", id: "a", name: "f", input: {} };
  const results = [{ type: "tool_result", tool_use_id: "a", content: "1" }];
  const own = [user, { role: "assistant", content: [use] }, { role: "user", content: results }];

  it("is told the tools of calls of old", () => {
    const open = { type: "object" };
    const config = { tools: [{ toolSpec: { name: "f", inputSchema: { json: open } } }] };
    const nova = "bedrock/amazon.nova-lite-v1:0";
    expect(send(nova, "openai-chat", { messages: history })).toMatchObject({
      body: { toolConfig: config },
      notes: ["tools of calls of old"],
    });
    const emptied = send(nova, "anthropic-messages", { messages: own, max_tokens: 9, tools: [] });
    expect(emptied.body).toMatchObject({ toolConfig: config });
    const claude = "bedrock/anthropic.claude-sonnet-4-5-v1:0";
    for (const sent of [
      send(claude, "anthropic-messages", { messages: own, max_tokens: 9, tools: [] }),
      send(claude, "openai-chat", { messages: history }),
    ])
      expect(sent.body).toMatchObject({ tools: [{ name: "f", input_schema: open }] });
  });

  it("hears a user first", () => {
    const messages = [{ role: "assistant", content: "hello" }, user];
    const sent = send("bedrock/amazon.nova-lite-v1:0", "openai-chat", { messages });
    expect(messagesOf(sent).map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(sent.notes).toEqual(["a user's turn before the assistant's"]);
  });
});

describe("Gemini", () => {
  it("gets each call with its response, five stops at most, and no empty content", () => {
    const contents = [
      { role: "user", parts: [{ text: "x" }] },
      { role: "model", parts: [{ functionCall: { name: "f", args: {} } }, { functionCall: { name: "g", args: {} } }] },
      { role: "user", parts: [{ functionResponse: { name: "g", response: {} } }] },
      { role: "model", parts: [] },
    ];
    const stopSequences = ["a", "b", "c", "d", "e", "f"];
    const sent = send("google/gemini-3-pro", "gemini", { contents, generationConfig: { stopSequences } });
    expect(sent.body).toMatchObject({ generationConfig: { stopSequences: stopSequences.slice(0, 5) } });
    const turns = sent.body["contents"] as readonly JsonObject[];
    expect(turns).toHaveLength(3);
    expect(turns[2]).toMatchObject({
      parts: [{ functionResponse: { name: "f" } }, { functionResponse: { name: "g" } }],
    });
    expect(sent.notes.toSorted()).toEqual(["a call without its result", "stop"]);
  });

  it.each(["toolConfig", "tool_config"])("gets no %s without functions", (field) => {
    const contents = [{ role: "user", parts: [{ text: "x" }] }];
    const config = {
      model: "m",
      [field]: { functionCallingConfig: { mode: "AUTO" } },
      tools: [{ googleSearch: {} }],
      contents,
    };
    expect(send("google/gemini-2.5-flash", "gemini", config).body).toEqual({
      model: "m",
      tools: [{ googleSearch: {} }],
      contents,
    });
    const tools = [{ functionDeclarations: [{ name: "f" }] }];
    expect(send("google/gemini-2.5-flash", "gemini", { ...config, tools }).body).toEqual({ ...config, tools });
  });

  it("may speak last in no dialect", () => {
    const contents = [
      { role: "user", parts: [{ text: "x" }] },
      { role: "model", parts: [{ text: "1. " }] },
    ];
    const sent = send("google/gemini-3-pro", "gemini", { contents });
    expect((sent.body["contents"] as readonly JsonObject[]).map(({ role }) => role)).toEqual(["user", "model", "user"]);
  });
});

describe("ids of calls within one dialect", () => {
  const used = (id: string) => ({ role: "assistant", content: [{ type: "tool_use", id, name: "f", input: {} }] });
  const answered = (id: string) => ({
    role: "user",
    content: [{ type: "tool_result", tool_use_id: id, content: "1" }],
  });
  const ids = (text: string, field: string) =>
    [...text.matchAll(new RegExp(`"${field}":"([^"]*)"`, "g"))].map(([, id]) => id);

  it.each(["anthropic/claude-sonnet-4-5", "vertex-anthropic/claude-haiku-4-5", "bedrock/anthropic.claude-sonnet-4-5"])(
    "%s gets none in letters that it refuses, and none twice",
    (target) => {
      const odd = ["functions.f:0", "", "a", "a"].flatMap((id) => [used(id), answered(id)]);
      const { text } = send(target, "anthropic-messages", { max_tokens: 50, messages: [user, ...odd] });
      const told = ids(text, "id");
      expect(told).toEqual(ids(text, "tool_use_id"));
      expect(new Set(told).size).toBe(4);
      for (const id of told) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    },
  );

  it("those that the vendor takes stay byte for byte, whatever words say", () => {
    const text = `{ "model":"claude-sonnet-4-5", "max_tokens":50, "messages":${JSON.stringify([user, used("toolu_1"), { ...answered("toolu_1") }, { ...user, content: '"tool_use_id":"a.b"' }])} }`;
    expect(send("anthropic/claude-sonnet-4-5", "anthropic-messages", text).text).toBe(text);
  });

  it.each(["openai/gpt-4o", "azure-openai/gpt-4o"])("%s gets none of more than 40 letters", (target) => {
    const long = `toolu_${"x".repeat(60)}`;
    const { text, notes } = send(target, "openai-chat", { messages: [user, calling(long), result(long)] });
    expect(ids(text, "id")).toEqual(ids(text, "tool_call_id"));
    expect(ids(text, "id")[0]).toMatch(/^toolu_x+_\w+$/);
    expect(notes).toEqual([]);
  });
});

describe("across dialects", () => {
  const use = { type: "tool_use", id: "abcdefgh1", name: "f", input: {} };
  const resultOf = (content: readonly object[]) => ({
    max_tokens: 9,
    tools: [{ name: "f", input_schema: { type: "object" } }],
    messages: [
      user,
      { role: "assistant", content: [use] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "abcdefgh1", content }] },
    ],
  });
  const everywhere = [
    "openai-compatible/x",
    "deepseek/deepseek-chat",
    "openai/gpt-4o",
    "mistral/m",
    "google/gemini-3-pro",
    "ollama/llama3",
    "bedrock/amazon.nova-lite-v1:0",
  ];

  it.each(everywhere)("a choice without tools is none: %s", (target) => {
    const choice = { type: "auto", disable_parallel_tool_use: true };
    const { text } = send(target, "anthropic-messages", { max_tokens: 50, tool_choice: choice, messages: [user] });
    expect(text).not.toMatch(/tool_?choice|parallel|toolConfig/i);
  });

  it.each(everywhere)("a text document as the result of a call is its text: %s", (target) => {
    const source = { type: "text", media_type: "text/plain", data: "the text" };
    const sent = send(target, "anthropic-messages", resultOf([{ type: "document", source }]));
    const last = ((sent.body["messages"] ?? sent.body["contents"]) as readonly JsonObject[]).at(-1);
    expect(JSON.stringify(last)).toContain('"the text"');
    expect(sent.notes).toEqual([]);
  });

  it("a mark of the cache within a result is told behind it, or noted", () => {
    const marked = resultOf([{ type: "text", text: "t", cache_control: { type: "ephemeral" } }]);
    const nova = send("bedrock/amazon.nova-lite-v1:0", "anthropic-messages", marked);
    expect(messagesOf(nova).at(-1)?.["content"]).toEqual([
      { toolResult: { toolUseId: "abcdefgh1", content: [{ text: "t" }] } },
      { cachePoint: { type: "default" } },
    ]);
    expect(send("google/gemini-3-pro", "anthropic-messages", marked).notes).toEqual(["cache_control"]);
  });

  it.each(["google/gemini-3-pro", "anthropic/claude-sonnet-4-5", "mistral/m", "bedrock/amazon.nova-lite-v1:0"])(
    "%s gets no result of a call that only another vendor knows",
    (target) => {
      const custom = { id: "c1", type: "custom", custom: { name: "g", input: "i" } };
      const messages = [user, { role: "assistant", content: "y", tool_calls: [custom] }, result("c1"), user];
      const sent = send(target, "openai-chat", { messages });
      expect(sent.text).not.toContain("c1");
      expect(sent.notes).toHaveLength(2);
    },
  );

  it("bytes come in the base64 that all vendors read", () => {
    const parts = [{ inlineData: { mimeType: "image/png", data: "ab-_\ncd" } }, { text: "x" }];
    const contents = [{ role: "user", parts }];
    const [message] = messagesOf(send("anthropic/claude-sonnet-4-5", "gemini", { contents }));
    expect(message?.["content"]).toMatchObject([{ source: { data: "ab+/cd==" } }, {}]);
    expect(send("google/gemini-3-pro", "gemini", { contents }).body["contents"]).toEqual(contents);
  });

  it("an answer that a Responses client ends with is gone on with", () => {
    const input = [user, { type: "message", role: "assistant", content: [{ type: "output_text", text: "1. " }] }];
    const older = send("anthropic/claude-sonnet-4-5", "openai-responses", { input });
    expect(messagesOf(older)).toEqual([user, { role: "assistant", content: "1." }]);
    const newer = send("anthropic/claude-opus-4-8", "openai-responses", { input });
    expect(newer.notes).toEqual(["a user's turn behind the assistant's"]);
  });
});
