// What tools are called with, and what they answer, is text: not a digit, a key or their order changes on its way, in whole
// answers as in streams, whichever dialects have objects for it.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chanceFrom } from "../../../packages/llm/src/testing/random.ts";
import { writeOddObject } from "../../../packages/llm/src/testing/odd-object.ts";
import { answers, argumentsIn } from "./support/talk.ts";
import type { VendorName } from "./support/talk.ts";
import { crossingPairs as pairs, startTalking } from "./support/talk-vendors.ts";
import type { Talking } from "./support/talk-vendors.ts";

let talking: Talking;

beforeAll(async () => {
  talking = await startTalking();
});
beforeEach(() => talking.upstream.clear());
afterAll(() => talking.close());

const written: Readonly<Record<VendorName, (args: string) => string>> = {
  "openai-chat": (args) => `"arguments":${JSON.stringify(args)}`,
  "openai-responses": (args) => `"arguments":${JSON.stringify(args)}`,
  "anthropic-messages": (args) => `"input":${args}`,
  gemini: (args) => `"args":${args}`,
  ollama: (args) => `"arguments":${args}`,
  "bedrock-converse": (args) => `"input":${args}`,
};

const odd = [
  '{"id":2512292042121000001}',
  '{"a":1.0,"b":1e400,"c":-0}',
  '{"a":1,"a":2}',
  '{"10":"b","2":"a"}',
  '{"item":{"$ref":"#/$defs/a"},"text":"\\u00e9 \\\\u0052"}',
  ...Array.from({ length: 12 }, (_, seed) => writeOddObject(chanceFrom(seed + 1))),
];

describe.each(pairs)("between a client of %s and a vendor of %s", (client, vendor) => {
  it("arguments of a conversation stay as they were written, and so do results", async () => {
    talking.upstream.script(answers[vendor]([], false));
    const calls = odd.map((args, at) => ({ id: `c${at}`, name: "f", args, result: args }));
    await talking.ask(client, vendor, { tools: ["f"], turns: [calls] });
    const body = talking.asked();
    for (const args of odd) {
      expect(body).toContain(written[vendor](args));
      expect(body).toContain(vendor === "gemini" ? `{"result":${JSON.stringify(args)}}` : JSON.stringify(args));
    }
  });

  it.each([false, true])("arguments of an answer stay as they were written, streamed: %s", async (stream) => {
    const calls = odd.map((args, at) => ({ id: `c${at}`, name: "f", args }));
    talking.upstream.script(answers[vendor](calls, stream));
    const { text } = await talking.ask(client, vendor, { tools: ["f"], stream });
    expect(argumentsIn(client, text, stream)).toEqual(odd);
  });

  it("limits of what a tool takes keep their digits", async () => {
    talking.upstream.script(answers[vendor]([], false));
    const parameters = '{"type":"object","properties":{"n":{"type":"integer","maximum":9007199254740993}}}';
    await talking.ask(client, vendor, { tools: ["f"], parameters });
    expect(talking.asked()).toContain('"maximum":9007199254740993');
  });
});

it("arguments that a client wrote over several lines stay one line of a stream", async () => {
  const args = '{\n  "id": 2512292042121000001\n}';
  talking.upstream.script(answers["openai-chat"]([{ id: "c", name: "f", args }], true));
  const { text } = await talking.ask("gemini", "openai-chat", { tools: ["f"], stream: true });
  expect(argumentsIn("gemini", text, true)).toEqual(['{"id":2512292042121000001}']);
});

it("an error that a tool answered in words is one", async () => {
  talking.upstream.script(answers.gemini([], false));
  await talking.post(
    "/v1/messages",
    JSON.stringify({
      model: "gemini-2.5-pro",
      max_tokens: 9,
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: {} }] },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "a", is_error: true, content: '{"a":1.0}' }] },
      ],
    }),
  );
  expect(talking.asked()).toContain('"response":{"error":"{\\"a\\":1.0}"}');
});

it("arguments stay as they were where a request of one dialect has to be written anew", async () => {
  talking.upstream.script(answers["anthropic-messages"]([], false));
  const foreign = '{"type":"thinking","thinking":"","signature":"ghostllm.gemini.c2VhbA=="}';
  const call = '{"type":"tool_use","id":"a","name":"f","input":{"id":2512292042121000001,"10":1.0,"2":0}}';
  await talking.post(
    "/v1/messages",
    `{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[${foreign},${call}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"1"}]}]}`,
  );
  expect(talking.asked()).toContain(call);
  expect(talking.asked()).not.toContain("ghostllm");
});
