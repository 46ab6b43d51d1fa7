// What clients keep answers and calls by: ids and times. No answer is without one, whatever its vendor tells.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeTarget, startGateway, testKey, makeSnapshot } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { answers, callsIn, clientNames, clients, documentsOf, vendorNames } from "./support/talk.ts";
import type { ClientName, Talk, VendorName } from "./support/talk.ts";
import { makeVendor } from "./support/talk-vendors.ts";

let upstream: FakeUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const targets = vendorNames.map((name) => makeTarget(makeVendor(name, upstream.url), modelOf(name)));
  gateway = await startGateway(makeSnapshot({ targets }));
});
beforeEach(() => upstream.clear());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const models: Readonly<Record<VendorName, string>> = {
  "openai-chat": "a-chat-model",
  "openai-responses": "a-responses-model",
  "anthropic-messages": "claude-sonnet-4-5",
  gemini: "gemini-2.5-pro",
  ollama: "an-ollama-model",
  "bedrock-converse": "amazon.nova-lite-v1:0",
};
const modelOf = (name: VendorName): string => models[name];

async function ask(client: ClientName, talk: Talk): Promise<string> {
  const { path, body } = clients[client](talk);
  const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
  const response = await fetch(gateway.url + path, { method: "POST", headers, body });
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return text;
}

const pairs = clientNames.flatMap((client) =>
  vendorNames.filter((vendor) => vendor !== client).map((vendor) => [client, vendor] as const),
);

const idOf: Readonly<Record<ClientName, (document: Record<string, unknown>) => unknown>> = {
  "openai-chat": ({ id }) => id,
  "openai-responses": ({ id, response }) => id ?? (response as Record<string, unknown> | undefined)?.["id"],
  "anthropic-messages": ({ id, message }) => id ?? (message as Record<string, unknown> | undefined)?.["id"],
  gemini: ({ responseId }) => responseId,
  ollama: ({ created_at }) => created_at,
};

const forms: Readonly<Record<ClientName, RegExp>> = {
  "openai-chat": /^chatcmpl-[0-9a-f]{32}$/,
  "openai-responses": /^resp_[0-9a-f]{32}$/,
  "anthropic-messages": /^msg_[0-9a-f]{32}$/,
  gemini: /^[0-9a-f]{32}$/,
  ollama: /^20\d\d-/,
};

describe.each([false, true])("answers that are streamed: %s", (stream) => {
  it.each(pairs)(
    "a client of %s is told an id and a time of its own where a vendor of %s tells none",
    async (client, vendor) => {
      const ids = new Set<unknown>();
      for (let time = 0; time < 2; time += 1) {
        upstream.script(answers[vendor]([], stream, { id: null }));
        const [first] = documentsOf(await ask(client, { model: modelOf(vendor), tools: ["f"], stream }));
        expect(first).toBeDefined();
        const id = idOf[client](first ?? {});
        expect(id).toMatch(forms[client]);
        ids.add(id);
        expect(JSON.stringify(first)).not.toMatch(/"created(?:_at)?":(?:0|"1970)/);
      }
      if (client !== "ollama") expect(ids.size).toBe(2);
    },
  );

  it.each(pairs)(
    "a client of %s is told ids of calls that every vendor takes, of one of %s that has others",
    async (client, vendor) => {
      const odd = ["functions.f:0", "a/b", "functions.f:0", "x".repeat(90)].map((id) => ({
        id,
        name: "f",
        args: "{}",
      }));
      upstream.script(answers[vendor](odd, stream));
      const calls = callsIn(client, await ask(client, { model: modelOf(vendor), tools: ["f"], stream }));
      const ids = calls.map(({ id }) => id);
      for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      expect(new Set(ids).size).toBe(odd.length);
      expect(ids[0]).toBe("functions_f_0");
    },
  );

  it.each(pairs)(
    "an id that a call before had is told a client of %s as another, also of a vendor of %s",
    async (client, vendor) => {
      const call = { id: "call_0", name: "f", args: "{}", result: "1" };
      upstream.script(answers[vendor]([call], stream));
      const calls = callsIn(
        client,
        await ask(client, { model: modelOf(vendor), tools: ["f"], stream, turns: [[call]] }),
      );
      expect(calls).toHaveLength(1);
      expect(calls[0]?.id).not.toBe("call_0");
    },
  );
});

it.each(pairs)(
  "a result of a client of %s belongs to the nearest call of its id, for a vendor of %s",
  async (client, vendor) => {
    const turns = ["f", "g", "f"].map((name, at) => [{ id: "call_0", name, args: "{}", result: `result ${at}` }]);
    upstream.script(answers[vendor]([], false));
    await ask(client, { model: modelOf(vendor), tools: ["f", "g"], turns });
    const body = upstream.received.at(-1)?.text ?? "";
    const ids = [...body.matchAll(/"(?:tool_call_id|call_id|tool_use_id|toolUseId|id)":"(call_0[^"]*)"/g)].map(
      ([, id]) => id,
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(ids.filter((other) => other === id)).toHaveLength(2);
    if (vendor !== "gemini") return;
    const names = [...body.matchAll(/"functionResponse":\{[^}]*"name":"(\w)"/g)].map(([, name]) => name);
    expect(names).toEqual(["f", "g", "f"]);
  },
);
