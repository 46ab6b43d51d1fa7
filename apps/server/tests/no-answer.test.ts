// What comes with status 200 and is no answer: it is the error that it says, next target first, whatever dialect is spoken
// on either side, and whether a stream was asked for or not.

import type { Script } from "@ghostllm/fake-upstream";
import type { ClientDialectName } from "@ghostllm/llm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { names, speakingOnly } from "./support/every-dialect.ts";
import { postJson, readBody } from "./support/stage.ts";
import { TwoVendors } from "./support/two-vendors.ts";

/** By which a client knows that a stream came to its proper end. */
const ends: Readonly<Record<ClientDialectName, RegExp>> = {
  "openai-chat": /data: \[DONE\]/,
  "openai-responses": /response\.completed/,
  "anthropic-messages": /message_stop/,
  gemini: /data: .*"finishReason": ?"STOP"/,
  ollama: /"done": ?true.*\}\n$/,
};

/** A good whole answer of each vendor that says "Fine." */
const fine: Readonly<Record<ClientDialectName, object>> = {
  "openai-chat": {
    id: "c",
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "Fine." }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  },
  "openai-responses": {
    id: "resp_1",
    object: "response",
    model: "m",
    status: "completed",
    output: [
      {
        id: "msg_1",
        type: "message",
        role: "assistant",
        content: [{ type: "output_text", text: "Fine.", annotations: [] }],
      },
    ],
    usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
  },
  "anthropic-messages": {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text: "Fine." }],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 2 },
  },
  gemini: {
    candidates: [{ content: { role: "model", parts: [{ text: "Fine." }] }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  },
  ollama: {
    model: "m",
    created_at: "2026-01-01T00:00:00Z",
    message: { role: "assistant", content: "Fine." },
    done: true,
    done_reason: "stop",
    prompt_eval_count: 3,
    eval_count: 2,
  },
};

let stage: TwoVendors;

beforeAll(async () => {
  stage = await TwoVendors.start();
});
beforeEach(() => stage.clear());
afterAll(() => stage.close());

const answering = (body: unknown): Script => ({ kind: "answer", body });

/** The message and the status, as each dialect's clients look for them. */
async function readTold(response: Response) {
  const body = (await response.json()) as { error: string | { message: string; code?: unknown } };
  return typeof body.error === "string" ? body.error : body.error.message;
}

interface NoAnswer {
  readonly name: string;
  readonly vendor: ClientDialectName;
  readonly body: unknown;
  readonly status: number;
  readonly words: string;
}

const inChat = (name: string, body: unknown, status: number, words: string): NoAnswer => ({
  name,
  vendor: "openai-chat",
  body,
  status,
  words,
});

const noAnswers: readonly NoAnswer[] = [
  inChat(
    "an error with a status",
    { error: { message: "insufficient balance", type: "billing", code: 402 } },
    402,
    "insufficient balance",
  ),
  inChat("an error that is a text", { error: "model is loading" }, 503, "model is loading"),
  inChat("an error with a word", { error: { message: "too fast", code: "rate_limit_exceeded" } }, 429, "too fast"),
  inChat("no choices", { id: "c", object: "chat.completion", choices: [], usage: null }, 502, "no choices"),
  inChat(
    "a result of MiniMax's",
    { choices: null, base_resp: { status_code: 1008, status_msg: "insufficient balance" } },
    429,
    "insufficient balance",
  ),
  inChat(
    "an object that is an error",
    { object: "error", message: "no such model: x", code: 404 },
    404,
    "no such model",
  ),
  inChat("a code and a message", { code: 500, message: "engine died", data: null }, 500, "engine died"),
  inChat(
    "an error in an array",
    [{ error: { code: 503, message: "Not now.", status: "UNAVAILABLE" } }],
    503,
    "Not now.",
  ),
  inChat("a detail", { detail: "queue is full" }, 502, "queue is full"),
  inChat(
    "an end by error",
    {
      choices: [
        {
          index: 0,
          message: { content: "Half" },
          finish_reason: "error",
          error: { code: 503, message: "upstream died" },
        },
      ],
    },
    503,
    "upstream died",
  ),
  inChat(
    "an end for want of resources",
    { choices: [{ index: 0, message: { content: "" }, finish_reason: "insufficient_system_resource" }] },
    502,
    "insufficient_system_resource",
  ),
  {
    name: "an error",
    vendor: "anthropic-messages",
    body: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    status: 503,
    words: "Overloaded",
  },
  {
    name: "content that is null",
    vendor: "anthropic-messages",
    body: { id: "m", type: "message", role: "assistant", content: null, stop_reason: null },
    status: 502,
    words: "no content",
  },
  {
    name: "an error",
    vendor: "gemini",
    body: { error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } },
    status: 503,
    words: "The model is overloaded.",
  },
  {
    name: "an error in an array",
    vendor: "gemini",
    body: [{ error: { code: 429, message: "Slow down", status: "RESOURCE_EXHAUSTED" } }],
    status: 429,
    words: "Slow down",
  },
  { name: "an empty error", vendor: "gemini", body: { error: {} }, status: 502, words: "no candidates" },
  {
    name: "no candidates",
    vendor: "gemini",
    body: { candidates: [], usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 } },
    status: 502,
    words: "no candidates",
  },
  {
    name: "candidates left out",
    vendor: "gemini",
    body: { usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 }, modelVersion: "m" },
    status: 502,
    words: "no candidates",
  },
  {
    name: "a call that the model could not write",
    vendor: "gemini",
    body: {
      candidates: [
        { finishReason: "MALFORMED_FUNCTION_CALL", finishMessage: "Malformed function call: print(f(", index: 0 },
      ],
    },
    status: 502,
    words: "Malformed function call: print(f(",
  },
  {
    name: "no image",
    vendor: "gemini",
    body: { candidates: [{ content: { parts: [] }, finishReason: "NO_IMAGE" }] },
    status: 502,
    words: "NO_IMAGE",
  },
  {
    name: "another end without words",
    vendor: "gemini",
    body: { candidates: [{ content: {}, finishReason: "OTHER" }] },
    status: 502,
    words: "OTHER",
  },
  {
    name: "an error",
    vendor: "ollama",
    body: { error: "llama runner process has terminated" },
    status: 502,
    words: "llama runner process has terminated",
  },
  {
    name: "a failure",
    vendor: "openai-responses",
    body: {
      id: "resp_1",
      object: "response",
      status: "failed",
      error: { code: "server_error", message: "It failed." },
      output: [],
    },
    status: 502,
    words: "It failed.",
  },
  {
    name: "an end that says no reason",
    vendor: "openai-responses",
    body: { id: "resp_1", object: "response", status: "incomplete", incomplete_details: null, error: null, output: [] },
    status: 502,
    words: "incomplete",
  },
];

describe.each(noAnswers)("$name of $vendor", ({ vendor, body, status, words }) => {
  describe.each([false, true])("where a stream was asked for: %s", (stream) => {
    it.each(names)("to a client of %s", async (client) => {
      stage.serve(speakingOnly(vendor));
      stage.script(0, answering(body), answering(body));
      const response = await stage.ask(client, "alone", stream);
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await readTold(response)).toContain(words);
      expect(stage.lastRecord).toMatchObject({ status: "error", httpStatus: status, totalTokens: 0 });
      stage.script(0, answering(body));
      stage.script(1, answering(fine[vendor]));
      const better = await stage.ask(client, "routed", stream);
      expect(better.status).toBe(200);
      expect(await better.text()).toContain("Fine.");
      expect(better.headers.get("x-ghostllm-attempts")).toBe("2");
      expect(stage.lastRecord).toMatchObject({ status: "ok", totalTokens: 5 });
    });
  });
});

describe("a whole answer to the wish for a stream", () => {
  const pairs = names.flatMap((client) => names.map((vendor) => [client, vendor] as const));

  it.each(pairs)("is one to a client of %s from a vendor of %s", async (client, vendor) => {
    stage.serve(speakingOnly(vendor));
    stage.script(0, answering(fine[vendor]));
    const response = await stage.ask(client, "alone", true);
    expect(response.headers.get("content-type")).toMatch(client === "ollama" ? /ndjson/ : /event-stream/);
    const text = await response.text();
    expect(text).toMatch(ends[client]);
    expect(text).toContain("Fine.");
    expect(stage.lastRecord).toMatchObject({ status: "ok", streamed: true, totalTokens: 5 });
  });

  it("is one of the older completions, too", async () => {
    stage.serve(speakingOnly("openai-chat"));
    const choices = [{ index: 0, text: "Fine.", finish_reason: "stop" }];
    stage.script(0, answering({ id: "c", object: "text_completion", choices }));
    const response = await postJson(`${stage.gateway.url}/v1/completions`, {
      model: "alone",
      prompt: "Hi",
      stream: true,
    });
    expect(await response.text()).toMatch(/^data: \{.*"text":"Fine\.".*\}\n\ndata: \[DONE\]\n\n$/);
  });
});

describe("embeddings", () => {
  const paths = { "openai-chat": "/v1/embeddings", ollama: "/api/embed" } as const;
  it.each([
    ["openai-chat", "openai-chat"],
    ["openai-chat", "ollama"],
    ["ollama", "ollama"],
    ["ollama", "openai-chat"],
  ] as const)("without vectors are an error to a client of %s from a vendor of %s", async (client, vendor) => {
    stage.serve(speakingOnly(vendor));
    const body = { error: { message: "not an embedding model", code: 400 } };
    stage.script(0, answering(body), answering(body));
    const response = await postJson(stage.gateway.url + paths[client], { model: "alone", input: "Hi" });
    expect(response.status).toBe(400);
    expect(await readTold(response)).toContain("not an embedding model");
  });
});

const call = { id: "t1", type: "function", function: { name: "f", arguments: "{}" } };

/** Calls that end as if they were none. */
const callsThatStop: Readonly<Record<ClientDialectName, { readonly whole: object; readonly stream: string } | null>> = {
  "openai-chat": {
    whole: {
      ...fine["openai-chat"],
      choices: [{ index: 0, message: { role: "assistant", content: "", tool_calls: [call] }, finish_reason: "stop" }],
    },
    stream: [
      { id: "c", model: "m", choices: [{ index: 0, delta: { role: "assistant", content: "" } }] },
      {
        id: "c",
        model: "m",
        choices: [
          {
            index: 0,
            delta: {
              tool_calls: [
                { index: 0, ...call },
                { index: 1, ...call, id: "t2" },
              ],
            },
            finish_reason: "stop",
          },
        ],
      },
    ]
      .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
      .concat("data: [DONE]\n\n")
      .join(""),
  },
  "openai-responses": null,
  "anthropic-messages": {
    whole: {
      ...fine["anthropic-messages"],
      content: [{ type: "tool_use", id: "t1", name: "f", input: {} }],
    },
    stream: [
      { type: "message_start", message: { ...fine["anthropic-messages"], content: [], stop_reason: null } },
      { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "t1", name: "f", input: {} } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ]
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(""),
  },
  gemini: null,
  ollama: null,
};

/** By which a client knows that it is to call tools. */
const callingEnds: Readonly<Partial<Record<ClientDialectName, RegExp>>> = {
  "openai-chat": /"finish_reason": ?"tool_calls"/,
  "anthropic-messages": /"stop_reason": ?"tool_use"/,
};

describe("an answer that calls tools and ends as if it did not", () => {
  const crossings = names.flatMap((vendor) => {
    const clients = Object.keys(callingEnds) as ClientDialectName[];
    return callsThatStop[vendor] === null
      ? []
      : clients.filter((client) => client !== vendor).map((client) => [client, vendor] as const);
  });

  it.each(crossings)("ends with calls to a client of %s from a vendor of %s", async (client, vendor) => {
    stage.serve(speakingOnly(vendor));
    const { whole, stream } = callsThatStop[vendor] ?? { whole: {}, stream: "" };
    stage.script(0, answering(whole));
    expect(await (await stage.ask(client, "alone", false)).text()).toMatch(callingEnds[client] ?? /$^/);
    stage.script(0, { kind: "raw", text: stream });
    expect(await (await stage.ask(client, "alone", true)).text()).toMatch(callingEnds[client] ?? /$^/);
  });

  it("keeps its bytes within one dialect", async () => {
    stage.serve(speakingOnly("openai-chat"));
    stage.script(0, answering(callsThatStop["openai-chat"]?.whole));
    expect(await (await stage.ask("openai-chat", "alone", false)).json()).toEqual(callsThatStop["openai-chat"]?.whole);
  });
});

describe("a stream that ends with a failure", () => {
  const gemini = (candidate: object) => `data: ${JSON.stringify({ candidates: [candidate] })}\r\n\r\n`;
  const malformed = gemini({
    finishReason: "MALFORMED_FUNCTION_CALL",
    finishMessage: "Malformed function call: f(",
    index: 0,
  });
  const half = gemini({ content: { role: "model", parts: [{ text: "Half" }] }, index: 0 });

  const called = gemini({ content: { role: "model", parts: [{ functionCall: { name: "f", args: {} } }] }, index: 0 });
  const chat = (delta: object, reason: string | null, more: object = {}) =>
    `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta, finish_reason: reason, ...more }] })}\n\n`;
  const died = chat({ content: "" }, "error", { error: { code: 503, message: "upstream died" } });
  const response = { id: "resp_1", object: "response", model: "m", status: "incomplete", output: [] };
  const poor = { usage: { total_tokens: 0 }, base_resp: { status_code: 1008, status_msg: "insufficient balance" } };
  const lost = `event: response.incomplete\ndata: ${JSON.stringify({ type: "response.incomplete", sequence_number: 1, response })}\n\n`;

  it.each(
    names.flatMap((client): [ClientDialectName, string, ClientDialectName, string][] => [
      [client, "a call that could not be written", "gemini", malformed],
      [client, "nothing at all", "gemini", gemini({ finishReason: "OTHER", index: 0 })],
      [client, "an error", "openai-chat", `${died}data: [DONE]\n\n`],
      [client, "want of resources", "openai-chat", chat({}, "insufficient_system_resource")],
      [client, "no reason", "openai-responses", lost],
      [client, "no balance", "openai-chat", `data: ${JSON.stringify({ choices: null, ...poor })}\n\n`],
      [client, "an event of that name", "openai-chat", 'event: error\ndata: {"message":"boom","code":503}\n\n'],
    ]),
  )("and said nothing before is another target's, to a client of %s: %s", async (client, _end, vendor, text) => {
    stage.serve(speakingOnly(vendor));
    stage.script(0, { kind: "raw", text });
    stage.script(1, answering(fine[vendor]));
    const answer = await stage.ask(client, "routed", true);
    expect(await answer.text()).toContain("Fine.");
    expect(answer.headers.get("x-ghostllm-attempts")).toBe("2");
  });

  it.each(
    names.flatMap((client): [ClientDialectName, string, ClientDialectName, string][] => [
      [client, "Malformed function call: f(", "gemini", half + malformed],
      [client, "worker", "openai-chat", `${chat({ content: "Half" }, null)}data: {"detail":"a worker died"}\n\n`],
      [client, "boom", "openai-chat", `${chat({ content: "Half" }, null)}event: error\ndata: {"message":"boom"}\n\n`],
      [client, "upstream died", "openai-chat", `${chat({ content: "Half" }, null)}${died}data: [DONE]\n\n`],
    ]),
  )("behind words is told as one to a client of %s: %s", async (client, words, vendor, text) => {
    stage.serve(speakingOnly(vendor));
    stage.script(0, { kind: "raw", text, perEvent: true });
    const told = await readBody(await stage.ask(client, "alone", true));
    expect(told.text).toContain("Half");
    expect(told.text).toContain(words);
    expect(told.text).not.toMatch(ends[client]);
    expect(told.isCut).toBe(true);
    expect(stage.lastRecord).toMatchObject({ status: "error" });
  });

  it.each([
    ["call", called + malformed],
    ["words", half + gemini({ finishReason: "OTHER", index: 0 })],
  ])("is none behind a %s that can be used", async (_what, text) => {
    stage.serve(speakingOnly("gemini"));
    stage.script(0, { kind: "raw", text, perEvent: true });
    const told = await readBody(await stage.ask("gemini", "alone", true));
    expect(told).toMatchObject({ text, isCut: false });
    expect(stage.lastRecord).toMatchObject({ status: "ok" });
  });
});

describe("what is no error", () => {
  it("an answer with an error that is null or empty", async () => {
    stage.serve(speakingOnly("openai-chat"));
    for (const error of [null, {}, ""]) {
      stage.script(0, answering({ ...fine["openai-chat"], error }));
      expect((await stage.ask("openai-chat", "alone", false)).status).toBe(200);
    }
  });

  it("a prompt that the vendor refused, and an answer that it filtered", async () => {
    stage.serve(speakingOnly("gemini"));
    const refused = [
      { promptFeedback: { blockReason: "SAFETY" } },
      ...["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY"].map((finishReason) => ({
        candidates: [{ finishReason }],
      })),
    ];
    for (const body of refused) {
      stage.script(0, answering(body));
      const response = await stage.ask("openai-chat", "alone", false);
      expect(await response.json()).toMatchObject({ choices: [{ finish_reason: "content_filter" }] });
    }
  });

  it("an empty answer that says why it ended", async () => {
    stage.serve(speakingOnly("anthropic-messages"));
    for (const content of [[], null]) {
      stage.script(0, answering({ ...fine["anthropic-messages"], content }));
      const response = await stage.ask("openai-chat", "alone", false);
      expect(await response.json()).toMatchObject({ choices: [{ finish_reason: "stop" }] });
    }
  });
});
