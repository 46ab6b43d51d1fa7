import { GhostError } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { anthropicMessages } from "#dialects/anthropic-messages/index.ts";

const { client, upstream } = anthropicMessages;
const messages = [{ role: "user", content: "x" }];
const parse = (body: object | string) =>
  client.parseRequest("chat.completions", Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

describe("a fault has the path of the value at fault", () => {
  it.each<[object, string]>([
    [{ messages }, "model"],
    [{ model: "m" }, "messages"],
    [{ model: "m", messages: [] }, "messages"],
    [{ model: "m", messages: [...messages, {}] }, "messages[1].role"],
    [{ model: "m", messages: [{ role: "user", content: [{}, 7] }] }, "messages[0].content[1]"],
    [{ model: "m", messages, system: [7] }, "system[0]"],
    [{ model: "m", messages, max_tokens: -1 }, "max_tokens"],
    [{ model: "m", messages, stream: "yes" }, "stream"],
    [{ model: "m", messages, tools: {} }, "tools"],
  ])("%j", (body, param) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code: "invalid_request_error", param }));
  });

  it("is answered as the vendor does", () => {
    const fault = (error: GhostError): unknown => JSON.parse(client.encodeError(error));
    const typeOf = (code: GhostError["code"]) => fault(new GhostError(code, "no"));
    expect(typeOf("invalid_api_key")).toEqual({
      type: "error",
      error: { type: "authentication_error", message: "no" },
    });
    expect(typeOf("request_too_large")).toMatchObject({ error: { type: "request_too_large" } });
    expect(typeOf("provider_overloaded")).toMatchObject({ error: { type: "overloaded_error" } });
    expect(typeOf("model_not_found")).toMatchObject({ error: { type: "not_found_error" } });
    expect(typeOf("insufficient_quota")).toMatchObject({ error: { type: "rate_limit_error" } });
    expect(() => parse('{"model":"m",')).toThrow("not valid JSON");
  });
});

describe("parseRequest", () => {
  it("reads what the gateway acts on", () => {
    expect(parse({ model: "m", messages, stream: true, max_tokens: 9 })).toMatchObject({
      model: "m",
      stream: true,
      wantsStreamUsage: true,
      maxOutputTokens: 9,
      answers: 1,
    });
  });

  it("reads a large request as a small one, and no base64 as text", () => {
    const large = [{ role: "user", content: "word ".repeat(10_000) }];
    expect(parse({ model: "m", messages: large, max_tokens: 9 })).toMatchObject({ model: "m", maxOutputTokens: 9 });
    expect(parse({ model: "m", messages: large }).promptTokensEstimate).toBeGreaterThan(13_000);
    const source = { type: "base64", media_type: "image/png", data: "A".repeat(100_000) };
    const result = { type: "tool_result", tool_use_id: "a", content: [{ type: "image", source }] };
    const seen = [{ role: "user", content: [{ type: "image", source }, result] }];
    expect(parse({ model: "m", messages: seen }).promptTokensEstimate).toBeLessThan(4_000);
    expect(() => parse({ model: "m", messages: ["word ".repeat(10_000)] })).toThrow("Invalid 'messages[0]'");
  });

  it("reads the words of a prompt", () => {
    const body = { model: "m", system: [{ type: "text", text: "sys" }], messages, tools: [{ name: "tool" }] };
    expect(client.readPromptText(JSON.stringify(body))).toBe('sys\nx\n[{"name":"tool"}]');
  });
});

describe("editRequest", () => {
  it.each([
    [
      ' {"model" : "m", "messages":[{"role":"user"}], "n":1.0}',
      ' {"model" : "t\\"", "messages":[{"role":"user"}], "n":1.0}',
    ],
    [
      '{"a":{"model":"m"},"model":"m","messages":[{"role":"user"}]}',
      '{"a":{"model":"m"},"model":"t\\"","messages":[{"role":"user"}]}',
    ],
    ['{"model":"a","model":"m","messages":[{"role":"user"}]}', '{"model":"t\\"","messages":[{"role":"user"}]}'],
  ])("%s", (text, expected) => {
    expect(upstream.editRequest(parse(text), { model: 't"', quirks: {} }).toString()).toBe(expected);
  });
});
