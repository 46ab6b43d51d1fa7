import { describe, expect, it } from "vitest";
import { normalizeRecord } from "../support/corpus-record.ts";
import { excusingFaults, faultsOf } from "../support/recording-faults.ts";
import type { AnswerFormat } from "../support/recording-faults.ts";

const frames = (...events: readonly object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
const done = "data: [DONE]\n\n";
const chunk = (finish: string | null, more = {}) => ({
  id: "a",
  choices: [{ index: 0, delta: {}, finish_reason: finish }],
  ...more,
});
const message = [
  { type: "message_start", message: { id: "a" } },
  { type: "message_delta", delta: { stop_reason: "end_turn" } },
  { type: "message_stop" },
];
const response = (type: string, more = {}) => ({ type: `response.${type}`, response: { id: "a", ...more } });
const candidate = (finishReason?: string, parts: readonly object[] = [{ text: "x" }], responseId = "a") => ({
  candidates: [{ content: { parts }, finishReason }],
  responseId,
});
const lines = (...values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("");

describe("what is wrong with a recorded stream", () => {
  it.each<readonly [fault: string, format: AnswerFormat, text: string]>([
    ["", "openai-chat", frames(chunk(null), chunk("stop")) + done],
    ["", "openai-chat", frames(chunk(null), chunk("stop"))],
    ["joined", "openai-chat", frames(chunk("stop")) + done + frames(chunk("stop")) + done],
    ["end-mark", "openai-chat", `${frames(chunk("stop"))}data: [DONE] \n`],
    ["cut", "openai-chat", frames(chunk(null))],
    ["failure", "openai-chat", frames(chunk("error"))],
    ["failure", "openai-chat", frames(chunk(null), { error: { message: "no" } })],
    ["other-api", "openai-chat", frames(...message)],
    ["no-format", "openai-chat", "method=POST"],
    ["nothing", "openai-chat", " \n"],
    ["", "anthropic-messages", frames(...message)],
    ["", "anthropic-messages", frames(...message.slice(0, 2))],
    ["cut", "anthropic-messages", frames(...message.slice(0, 1))],
    ["joined", "anthropic-messages", frames(...message, ...message)],
    // A failure that everybody can see.
    ["", "anthropic-messages", frames(...message.slice(0, 1), { type: "content_block_start" }, ...message)],
    ["", "openai-responses", frames(response("created"), response("completed"))],
    ["cut", "openai-responses", frames(response("created"))],
    ["joined", "openai-responses", frames(response("created"), response("completed"), response("created"))],
    ["changing-id", "openai-responses", frames(response("created"), response("completed", { id: "b" }))],
    ["two-texts", "openai-responses", frames(response("completed", { output_text: "x", output: [] }))],
    ["", "gemini", frames(candidate(), candidate("STOP"))],
    ["cut", "gemini", frames(candidate())],
    ["joined", "gemini", frames(candidate("STOP"), candidate("STOP", [], "b"))],
    ["partial-calls", "gemini", frames(candidate("STOP", [{ functionCall: { name: "f", willContinue: true } }]))],
    ["last-line", "gemini", frames(candidate("STOP")).trimEnd()],
    ["", "gemini", frames(candidate("STOP")).replaceAll("\n", "\r\n")],
    ["", "ollama", lines({ message: {}, done: false }, { message: {}, done: true })],
    ["cut", "ollama", lines({ message: {}, done: false })],
    ["joined", "ollama", lines({ message: {}, done: true }, { message: {}, done: true })],
  ])("%s: %s %s", (fault, format, text) => {
    const found = faultsOf({ status: 200, response_text: text }, format).map(({ name }) => name);
    expect(found).toEqual(expect.arrayContaining(fault === "" ? [] : [fault]));
    if (fault === "") expect(found).toEqual([]);
  });
});

describe("what is wrong with a recorded answer", () => {
  it.each<readonly [fault: string | undefined, format: AnswerFormat, body: unknown]>([
    [undefined, "openai-chat", { choices: [{ message: {} }] }],
    ["failure", "openai-chat", { choices: [] }],
    ["failure", "openai-chat", { choices: null, base_resp: { status_code: 1004 } }],
    ["failure", "openai-chat", { object: "error", message: "no" }],
    ["other-api", "openai-chat", { output: [] }],
    ["array", "gemini", [candidate("STOP")]],
    ["other-api", "gemini", { name: "cachedContents/x", usageMetadata: {} }],
    [undefined, "gemini", { promptFeedback: { blockReason: "SAFETY" } }],
    [undefined, "anthropic-messages", { type: "message", content: [] }],
    ["other-api", "ollama", { object: "chat.completion", choices: [{}] }],
    [undefined, "openai-responses", { object: "response", error: null, output: [] }],
  ])("%s: %s %j", (fault, format, response_body) => {
    expect(faultsOf({ status: 200, response_body }, format)[0]?.name).toBe(fault);
  });

  it("is not looked for in errors and binary streams", () => {
    expect(faultsOf({ status: 400, response_text: "no" }, "gemini")).toEqual([]);
    expect(faultsOf({ status: 200, response_b64: "AAAA" }, "anthropic-messages")).toEqual([]);
  });

  it("excuses nobody who does not see a failure that the vendor's SDK saw", () => {
    const answer = { status: 200, response_text: frames({ error: { message: "no" } }) };
    expect(excusingFaults(answer, "openai-chat", true)).toEqual([]);
    expect(excusingFaults(answer, "openai-chat", false)).not.toEqual([]);
  });
});

describe("a recording in another layout", () => {
  const read = (line: object) => normalizeRecord(line as Readonly<Record<string, unknown>>, "someone", 4);

  it("has what is missing as most have it", () => {
    expect(read({})).toEqual({
      id: "someone:5",
      provider: "someone",
      family: "OTHER",
      host: "",
      method: "POST",
      path: "",
      query: {},
      endpoint: "unknown",
      request_headers: {},
      request_body: null,
      status: 200,
      response_headers: {},
      response_text: "",
      kinds: [],
    });
  });

  it("has one body, whichever way it was kept", () => {
    const json = { "Content-Type": "application/json; charset=utf-8" };
    expect(read({ response_text: "[1]", response_headers: json })).toMatchObject({ response_body: [1] });
    expect(read({ response_text: "{}", request_text: '{"stream":true}' })).toMatchObject({ response_text: "{}" });
    expect(read({ response_text: "data: {}\n\n" })).toMatchObject({ response_text: "data: {}\n\n" });
    expect(read({ response_b64: "AA==", response_body: null })).not.toHaveProperty("response_body");
    expect(read({ request_text: '{"a":1}', request_body: null }).request_body).toEqual({ a: 1 });
    expect(read({ request_body: "no JSON" }).request_body).toBeNull();
  });
});
