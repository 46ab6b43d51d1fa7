// Some vendors want the thoughts back that led to calls of tools, though they put no seal on them. Clients drop them, or have
// no place for them: the gateway keeps them by the calls, and puts them back for vendors that want them.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answers, callsIn, clientNames } from "./support/talk.ts";
import { startTalking } from "./support/talk-vendors.ts";
import type { Talking } from "./support/talk-vendors.ts";

let talking: Talking;

const wanting = { deepseek: "deepseek-reasoner", moonshot: "kimi-k2-thinking", xiaomi: "mimo-v2-flash" };
const vendors = Object.entries(wanting);
/** Other servers that run such models: they take what they told, and do without it. */
const servers = Object.entries({ "openai-compatible": "Kimi-K2-Thinking", vllm: "DeepSeek-V3.2" });

beforeAll(async () => {
  talking = await startTalking([
    ...[...vendors, ...servers].map(([type, model]) => ["openai-chat", type, model] as const),
    ["openai-chat", "deepseek", "deepseek-chat"],
    ["openai-chat", "groq", "a-groq-model"],
  ]);
});
beforeEach(() => talking.upstream.clear());
afterAll(() => talking.close());

interface WrittenMessage {
  readonly role: string;
  readonly reasoning_content?: string;
}

function thoughtsAsked(): readonly (string | undefined)[] {
  const { messages } = JSON.parse(talking.asked()) as { readonly messages: readonly WrittenMessage[] };
  return messages.filter(({ role }) => role === "assistant").map(({ reasoning_content: thought }) => thought);
}

let calls = 0;

describe.each([...vendors, ...servers])("%s", (_type, model) => {
  describe.each(clientNames)("for clients of %s", (client) => {
    it.each([false, true])("gets back what it thought before its calls, streamed: %s", async (stream) => {
      const call = { id: `t${(calls += 1)}.0`, name: "f", args: "{}", result: "1" };
      talking.upstream.script(
        answers["openai-chat"]([call, { ...call, id: `${call.id}b` }], stream, { thought: "plan\n😀" }),
      );
      const { text } = await talking.ask(client, "openai-chat", { model, tools: ["f"], stream });
      const told = callsIn(client, text);
      talking.upstream.script(answers["openai-chat"]([], stream));
      const turns = [told.map(({ id }) => ({ ...call, id }))];
      const { headers } = await talking.ask(client, "openai-chat", { model, tools: ["f"], stream, turns });
      expect(thoughtsAsked()).toEqual(["plan\n😀"]);
      expect(headers.get("x-ghostllm-notes") ?? "").not.toContain("lost thoughts");
    });
  });
});

describe.each(vendors)("%s, which refuses calls without thoughts", (_type, model) => {
  describe.each(clientNames)("for clients of %s", (client) => {
    it("is told an empty thought of calls whose thoughts nobody knows, which is noted", async () => {
      talking.upstream.script(answers["openai-chat"]([], false));
      const turns = [[{ id: "of-another-vendor", name: "f", args: "{}", result: "1" }]];
      const { headers } = await talking.ask(client, "openai-chat", { model, tools: ["f"], turns });
      expect(thoughtsAsked()).toEqual([" "]);
      expect(headers.get("x-ghostllm-notes")).toContain("lost thoughts");
    });
  });
});

it("what a client brings itself stays as it is, byte for byte", async () => {
  talking.upstream.script(answers["openai-chat"]([], false));
  const body =
    '{"model":"deepseek-reasoner", "messages":[{"role":"user","content":"x"},{"role":"assistant","reasoning_content":"own","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"t","content":"1"}]}';
  await talking.post("/v1/chat/completions", body);
  expect(talking.asked()).toBe(body);
});

it("nothing but the thought is put into a request of the vendor's own dialect", async () => {
  talking.upstream.script(
    answers["openai-chat"]([{ id: "one", name: "f", args: "{}" }], false, { thought: 'a "plan"' }),
  );
  await talking.ask("openai-chat", "openai-chat", { model: "deepseek-chat", tools: ["f"] });
  talking.upstream.script(answers["openai-chat"]([], false));
  const assistant =
    '"role":"assistant",  "content":"", "tool_calls":[{"id":"one","type":"function","function":{"name":"f","arguments":"{}"}}]}';
  const body = `{"model":"deepseek-chat","seed":9007199254740993,"messages":[{"role":"user","content":"x"},{${assistant},{"role":"tool","tool_call_id":"one","content":"1"}]}`;
  await talking.post("/v1/chat/completions", body);
  expect(talking.asked()).toBe(body.replace(`{${assistant}`, `{"reasoning_content":"a \\"plan\\"",${assistant}`));
});

it("a model that refuses nothing is told no empty thoughts, and other vendors are told none at all", async () => {
  const turns = [[{ id: "two", name: "f", args: "{}", result: "1" }]];
  talking.upstream.script(answers["openai-chat"](turns[0] ?? [], false, { thought: "plan" }));
  await talking.ask("anthropic-messages", "openai-chat", { model: "deepseek-chat", tools: ["f"] });
  talking.upstream.script(answers["openai-chat"]([], false));
  await talking.ask("anthropic-messages", "openai-chat", { model: "a-groq-model", tools: ["f"], turns });
  expect(thoughtsAsked()).toEqual([undefined]);
  const unknown = [[{ id: "nobody-knows", name: "f", args: "{}", result: "1" }]];
  await talking.ask("openai-chat", "openai-chat", { model: "deepseek-chat", tools: ["f"], turns: unknown });
  expect(thoughtsAsked()).toEqual([undefined]);
});
