// A vendor that seals its thoughts wants them back with the results of the calls they led to. Clients of other dialects drop
// them: the gateway keeps them and puts them back, for the same user, the same vendor's dialect, and for an hour.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";

const otherKey = "gk-otherother00-0123456789abcdef";
const thinking = { type: "thinking", thinking: "Which city?", signature: "c2lnbmVkIGJ5IHRoZSB2ZW5kb3I=" };
const hidden = { type: "redacted_thinking", data: "ZW5jcnlwdGVk" };
const call = { type: "tool_use", id: "toolu_01", name: "weather", input: { city: "Paris" } };

const answer = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [thinking, hidden, call],
  stop_reason: "tool_use",
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 5 },
};

function frame(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

const stream = [
  frame("message_start", { message: { ...answer, content: [], stop_reason: null } }),
  frame("content_block_start", { index: 0, content_block: { type: "thinking", thinking: "", signature: "" } }),
  frame("content_block_delta", { index: 0, delta: { type: "thinking_delta", thinking: "Which city?" } }),
  frame("content_block_delta", { index: 0, delta: { type: "signature_delta", signature: thinking.signature } }),
  frame("content_block_stop", { index: 0 }),
  frame("content_block_start", { index: 1, content_block: hidden }),
  frame("content_block_stop", { index: 1 }),
  frame("content_block_start", { index: 2, content_block: { ...call, input: {} } }),
  frame("content_block_delta", { index: 2, delta: { type: "input_json_delta", partial_json: '{"city":"Paris"}' } }),
  frame("content_block_stop", { index: 2 }),
  frame("message_delta", { delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } }),
  frame("message_stop", {}),
].join("");

const question = { role: "user", content: "The weather in Paris?" };
const history = [
  question,
  {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "toolu_01", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } }],
  },
  { role: "tool", tool_call_id: "toolu_01", content: "Rain" },
];

describe("thoughts that a vendor sealed", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    const provider = makeProvider("anthropic", upstream.url);
    const principals = { [testKey]: makePrincipal(), [otherKey]: makePrincipal({ userId: "user-2" }) };
    gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, "m")], principals }));
  });

  beforeEach(() => upstream.clear());

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  async function ask(messages: readonly object[], streams: boolean, key = testKey): Promise<string> {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = JSON.stringify({ model: "m", messages, stream: streams });
    const response = await fetch(`${gateway.url}/v1/chat/completions`, { method: "POST", headers, body });
    expect(response.status).toBe(200);
    return response.text();
  }

  function answerWhole(): void {
    upstream.script({ kind: "answer", body: answer });
  }

  const sentBlocks = (): unknown => {
    const body = upstream.received.at(-1)?.json() as { messages: { role: string; content: unknown }[] } | undefined;
    return body?.messages.find(({ role }) => role === "assistant")?.content;
  };

  it.each([false, true])("come back with the results of the calls (streamed: %s)", async (streams) => {
    if (streams) upstream.script({ kind: "raw", text: stream });
    else answerWhole();
    await ask([question], streams);
    answerWhole();
    await ask(history, false);
    expect(sentBlocks()).toEqual([thinking, hidden, call]);
  });

  // Google's dialect needs no ids of calls, and clients drop them; what a call is sealed with they all give back.
  it.each([false, true])("find their calls without ids, too (streamed: %s)", async (streams) => {
    const request = async (contents: readonly object[], method: string): Promise<string> => {
      const headers = { "x-goog-api-key": testKey, "content-type": "application/json" };
      const body = JSON.stringify({ contents });
      const response = await fetch(`${gateway.url}/v1beta/models/m:${method}`, { method: "POST", headers, body });
      expect(response.status).toBe(200);
      return response.text();
    };
    const asked = { role: "user", parts: [{ text: question.content }] };
    if (streams) upstream.script({ kind: "raw", text: stream });
    else answerWhole();
    const told = await request([asked], streams ? "streamGenerateContent?alt=sse" : "generateContent");
    const [, signature] = /"functionCall":\{[^]*?"thoughtSignature":"([^"]+)"/.exec(told) ?? [];
    answerWhole();
    const functionCall = { name: "weather", args: { city: "Paris" } };
    const given = { role: "model", parts: [{ functionCall, thoughtSignature: signature }] };
    const functionResponse = { name: "weather", response: { result: "Rain" } };
    await request([asked, given, { role: "user", parts: [{ functionResponse }] }], "generateContent");
    expect(sentBlocks()).toEqual([thinking, hidden, call]);
  });

  it("are nobody else's", async () => {
    answerWhole();
    await ask([question], false);
    answerWhole();
    await ask(history, false, otherKey);
    expect(sentBlocks()).toEqual([call]);
  });

  it("are not put beside those that the client gave back", async () => {
    answerWhole();
    const told = JSON.parse(await ask([question], false)) as { choices: { message: object }[] };
    answerWhole();
    await ask([question, told.choices[0]?.message ?? {}, history[2] ?? {}], false);
    expect(sentBlocks()).toEqual([thinking, hidden, call]);
  });

  it("a client that asked for a stream gets one, also of a vendor that answers as a whole", async () => {
    answerWhole();
    const text = await ask([question], true);
    expect(text).toMatch(/^data: \{.*"tool_calls".*\}\n\n/m);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });
});
