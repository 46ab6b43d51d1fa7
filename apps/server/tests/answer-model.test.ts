// Which model an answer names is the operator's choice: the vendor's own name for it, or the one that the client asked for.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { answers, clientNames, clients } from "./support/talk.ts";
import type { ClientName } from "./support/talk.ts";

const types: Readonly<Record<ClientName, string>> = {
  "openai-chat": "openai",
  "openai-responses": "openai",
  "anthropic-messages": "anthropic",
  gemini: "google",
  ollama: "ollama",
};

let upstream: FakeUpstream;
let asking: TestGateway;
let usual: TestGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const targets = [...new Set(Object.values(types))].map((type) =>
    makeTarget(makeProvider(type, type === "openai" ? `${upstream.url}/v1` : upstream.url), `${type}-model`),
  );
  const alias = (type: string) => targets.filter(({ model }) => model === `${type}-model`);
  const aliases = new Map(
    [...new Set(Object.values(types))].map((type) => {
      const [target] = alias(type);
      if (target === undefined) throw new Error("a target is missing");
      return [
        `my-${type}`,
        { id: type, name: `my-${type}`, createdAt: 0, strategy: "ordered" as const, targets: [{ target, weight: 1 }] },
      ];
    }),
  );
  asking = await startGateway(makeSnapshot({ targets, aliases }), { answers: { model: "asked" } });
  usual = await startGateway(makeSnapshot({ targets, aliases }));
});
afterAll(async () => {
  await asking.close();
  await usual.close();
  await upstream.close();
});

async function ask(gateway: TestGateway, client: ClientName, vendor: ClientName, stream: boolean): Promise<string> {
  upstream.script(answers[vendor]([{ id: "c", name: "f", args: '{"model":"kept"}' }], stream));
  const { path, body } = clients[client]({ model: `my-${types[vendor]}`, tools: ["f"], stream });
  const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
  const response = await fetch(gateway.url + path, { method: "POST", headers, body });
  expect(response.status).toBe(200);
  return response.text();
}

const pairs = clientNames.flatMap((client) => [[client, client] as const, [client, otherThan(client)] as const]);

function otherThan(client: ClientName): ClientName {
  return client === "anthropic-messages" ? "gemini" : "anthropic-messages";
}

describe.each(pairs)("a client of %s with a vendor of %s", (client, vendor) => {
  it.each([false, true])(
    "reads the name that it asked for, where operators want that, streamed: %s",
    async (stream) => {
      const name = new RegExp(`"model(?:Version)?":"my-${types[vendor]}"`);
      const text = await ask(asking, client, vendor, stream);
      expect(text).toMatch(name);
      expect(text).not.toMatch(/"model(?:Version)?":"m"/);
      expect(text).toContain("kept");
      expect(await ask(usual, client, vendor, stream)).toMatch(/"model(?:Version)?":"m"/);
    },
  );
});

it("Google's clients are told no counts where a vendor told none", async () => {
  const message = { role: "assistant", content: "ok" };
  const body = { id: "c", created: 1, model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] };
  upstream.script({ kind: "answer", body });
  const { path, body: asked } = clients.gemini({ model: "openai-model", tools: [] });
  const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
  const text = await (await fetch(usual.url + path, { method: "POST", headers, body: asked })).text();
  expect(text).not.toContain("null");
});
