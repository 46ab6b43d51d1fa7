// JSON that the parser takes and that hurts whoever does anything with it: too deep to be written again, or objects of which
// no text can be made.

import { GhostError } from "@ghostllm/contract";
import { describe, expect, it } from "vitest";
import { dialects, vendorDialects } from "#dialects/index.ts";
import { passageBetween } from "./passage-between.ts";

const deep = `${"[".repeat(50_000)}1${"]".repeat(50_000)}`;
const textless = '{"toString":1}';
const call = (name: string, args: string): string => `{"function":{"name":${name},"arguments":${args}}}`;

const requests = [deep, textless].flatMap((odd) => [
  `{"tools":[${odd}],"messages":[{"role":${odd},"tool_calls":[${call('"f"', `{"a":${odd}}`)}]}]}`,
  `{"messages":[{"content":[{"type":"tool_use","name":${odd},"input":{"a":${odd}}}]}]}`,
  `{"contents":[{"parts":[{"functionCall":{"name":${odd},"args":{"a":${odd}}}},{"functionResponse":{"name":${odd}}}]}]}`,
  `{"tools":[${odd}],"input":[{"type":${odd},"name":${odd}}]}`,
]);

const answers = [deep, textless].flatMap((odd) => [
  `{"content":[{"type":"tool_use","name":"f","input":{"a":${odd}}}]}`,
  `{"message":{"tool_calls":[${call('"f"', `{"a":${odd}}`)}]}}`,
]);

it.each(Object.values(dialects))("$name: texts of requests and answers", ({ client, upstream }) => {
  for (const request of requests) expect(client.readPromptText(request)).toEqual(expect.any(String));
  for (const answer of answers) {
    expect(upstream.readText(answer, false)).toEqual(expect.any(String));
    expect(upstream.readText(`data: ${answer}\n\n`, true)).toEqual(expect.any(String));
  }
});

describe("streams", () => {
  const frames = [deep, textless].flatMap((odd) => [
    `{"type":${odd}}`,
    `{"type":"response.output_item.done","item":{"type":${odd},"id":${odd}}}`,
    `{"type":"response.output_text.delta","content_index":${odd},"item_id":${odd},"delta":"x"}`,
    `{"type":"response.completed","response":{"output":[{"type":${odd}}]}}`,
    `{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[${call('"f"', `{"a":${odd}}`)}]}}]}`,
  ]);

  it.each(Object.values(vendorDialects))("$name: they are read", ({ upstream }) => {
    for (const frame of frames) {
      const decoder = upstream.createStreamDecoder();
      const bytes = Buffer.from(upstream.streamContentType.includes("ndjson") ? `${frame}\n` : `data: ${frame}\n\n`);
      expect([...decoder.push(bytes), ...decoder.flush()].length).toBeGreaterThan(0);
    }
  });

  it.each(Object.values(dialects))("$name: what cannot be written ends the stream with an error", (client) => {
    const vendor = client.name === "openai-chat" ? vendorDialects["openai-responses"] : dialects["openai-chat"];
    const odd = `{"content":[{"token":"x","logprob":-1,"bytes":${deep},"top_logprobs":${deep}}]}`;
    const events =
      client.name === "openai-chat"
        ? [`{"type":"response.output_text.delta","delta":"x","logprobs":[{"token":"x","logprob":${deep}}]}`]
        : [`{"id":"c","choices":[{"index":0,"delta":{"content":"x"},"logprobs":${odd}}]}`];
    const body = { model: "m", stream: true, messages: [{ role: "user", content: "x" }], max_tokens: 5 };
    const fields = { ...body, contents: [{ parts: [{ text: "x" }] }], input: "x" };
    const line = { model: "m", query: "alt=sse", stream: true };
    const request = client.client.parseRequest("chat.completions", Buffer.from(JSON.stringify(fields)), line);
    const tap = passageBetween(client, vendor, "chat.completions").createStreamTap(request, {});
    const written = [...events, "[DONE]"].map((event) => tap.push(Buffer.from(`data: ${event}\n\n`)) ?? "");
    const text = written.join("") + (tap.flush() ?? "");
    expect(text).not.toBe("");
    if (tap.failure === null) return;
    const { code, message } = tap.failure;
    expect(tap.fail(new GhostError(code, message))?.toString("utf8")).toContain(message);
  });
});
