import { describe, expect, it } from "vitest";
import { dialects } from "#dialects/index.ts";
import type { Dialect } from "#dialects/dialect.ts";
import { behindLastSaid, messagesIn, saidIn, withMessages } from "./conversation.ts";

const all: readonly Dialect[] = Object.values(dialects);
const big = "12345678901234567890.0";

/** Of each dialect: a request, and a whole answer with its messages. */
const written: Readonly<Record<string, { readonly request: string; readonly answer: string; readonly said: string }>> =
  {
    "openai-chat": {
      request: `{"model":"m", "messages": [ {"role":"user","content":"a"} ,{"role":"assistant","content":"b"},{"role":"user","content":"c", "n":${big}}], "x":1}`,
      answer: `{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":"d","n":${big}},"finish_reason":"stop"}]}`,
      said: `{"role":"assistant","content":"d","n":${big}}`,
    },
    "anthropic-messages": {
      request: `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}`,
      answer: `{"type":"message","role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"n":${big}}}],"stop_reason":"tool_use"}`,
      said: `{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{"n":${big}}}]}`,
    },
    "openai-responses": {
      request: `{"model":"m","input":[{"role":"user","content":"a"},{"type":"reasoning","id":"r","summary":[]},{"type":"function_call","call_id":"t","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"t","output":"c"}]}`,
      answer: `{"id":"resp_1","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"d","n":${big}}]}]}`,
      said: `{"type":"message","role":"assistant","content":[{"type":"output_text","text":"d","n":${big}}]}`,
    },
    gemini: {
      request: `{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},{"parts":[{"text":"c"}]}]}`,
      answer: `{"candidates":[{"content":{"parts":[{"text":"d","n":${big}}]},"finishReason":"STOP"}]}`,
      said: `{"role":"model","parts":[{"text":"d","n":${big}}]}`,
    },
    ollama: {
      request: `{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}`,
      answer: `{"model":"m","message":{"role":"assistant","content":"d","n":${big}},"done":true}`,
      said: `{"role":"assistant","content":"d","n":${big}}`,
    },
  };

describe.each(all.map((dialect) => [dialect.name, dialect] as const))("a conversation of %s", (name, dialect) => {
  const { request = "", answer = "", said = "" } = written[name] ?? {};
  const body = Buffer.from(request);
  const parsed = dialect.client.parseRequest("chat.completions", body, { query: "", model: "m" });

  it("is taken apart and put together byte for byte", () => {
    const messages = messagesIn(dialect, body);
    const again = withMessages(dialect, body, messages).toString();
    expect(messagesIn(dialect, Buffer.from(again))).toEqual(messages);
    expect(JSON.parse(again)).toEqual(JSON.parse(request));
    expect(again).toContain(messages.join(","));
  });

  it("has as new what is behind the last that the model said", () => {
    const fresh = behindLastSaid(dialect, messagesIn(dialect, body));
    expect(fresh).toHaveLength(1);
    expect(fresh[0]).toContain('"c"');
    expect(behindLastSaid(dialect, fresh)).toEqual(fresh);
  });

  it("goes on with the answer, as it was written", () => {
    const told = { body: Buffer.from(answer), contentType: "application/json", isWhole: true };
    expect(saidIn(dialect, told, parsed)).toEqual([said]);
    expect(behindLastSaid(dialect, [said])).toEqual([]);
  });

  it("goes on with the text alone of an answer that was cut off", () => {
    const cut = { body: Buffer.from(answer.slice(0, -12)), contentType: "application/json", isWhole: false };
    const [message] = saidIn(dialect, cut, parsed);
    if (name === "anthropic-messages") return expect(message).toBeUndefined();
    expect(message).toContain('"d"');
    expect(message).not.toContain(big);
    expect(behindLastSaid(dialect, [message ?? ""])).toEqual([]);
  });

  it("is refused where there is no list of messages", () => {
    expect(() => messagesIn(dialect, Buffer.from('{"model":"m"}'))).toThrow("list of messages");
  });
});

it("takes a text alone for the message that it is", () => {
  const messages = messagesIn(dialects["openai-responses"], Buffer.from('{"input":"Hello \\"you\\""}'));
  expect(messages).toEqual(['{"role":"user","content":"Hello \\"you\\""}']);
});

it("leaves out of a chat's message what it says of nothing, since its vendor may refuse to read that", () => {
  const { "openai-chat": dialect } = dialects;
  const message = `{"role":"assistant","content":null, "refusal":null,"annotations":[ ],"tool_calls":[{"id":"x"}],"n":${big}}`;
  const body = Buffer.from(`{"choices":[{"message":${message}}]}`);
  const parsed = dialect.client.parseRequest(
    "chat.completions",
    Buffer.from('{"model":"m","messages":[{"role":"user"}]}'),
  );
  expect(saidIn(dialect, { body, contentType: "application/json", isWhole: true }, parsed)).toEqual([
    `{"role":"assistant","content":null,"tool_calls":[{"id":"x"}],"n":${big}}`,
  ]);
});
