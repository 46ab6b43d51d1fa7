// Personal data in requests is kept from vendors, and told again to the client that sent it: between every two dialects, whole and
// streamed.

import { hash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { placeholderFor } from "#domain/privacy/placeholders.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import { makePrincipal, makeSnapshot, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { postJson, readError } from "./support/stage.ts";
import { answers, argumentsIn, clientNames, clients, vendorNames } from "./support/talk.ts";
import type { ClientName, VendorName } from "./support/talk.ts";
import { everyDialect, models } from "./support/talk-vendors.ts";
import { saying, textIn } from "./support/told-texts.ts";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";

const email = "jane.doe@example.com";
const odd = 'v"1\\2';
const card = "4111 1111 1111 1111";
const secretOfKey = hash("sha256", testKey);
const forEmail = placeholderFor(secretOfKey, "email", email);
const forOdd = placeholderFor(secretOfKey, "pattern", odd);
const replacing: PrivacyPolicy = {
  classes: { email: "replace", card: "mask" },
  patterns: [{ name: "odd", pattern: 'v"[0-9]\\\\[0-9]', action: "replace" }],
  unreadable: "allow",
};

let upstream: FakeUpstream;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  gateway = await startGateway(makeSnapshot({ targets: [] }));
});
beforeEach(() => {
  upstream.clear();
  hold(replacing);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

function hold(privacy: PrivacyPolicy | null): void {
  const principals = { [testKey]: makePrincipal({ privacy }) };
  gateway.swap(makeSnapshot({ targets: everyDialect(upstream.url), principals }));
}

const asked = (): string => upstream.received.at(-1)?.text ?? "";

async function post(path: string, body: string): Promise<{ readonly text: string; readonly headers: Headers }> {
  const response = await postJson(gateway.url + path, body);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return { text, headers: response.headers };
}

interface Talked {
  readonly client: ClientName;
  readonly vendor: VendorName;
  readonly stream: boolean;
}

/** A talk in which the texts stand in what a tool was called with, as a document within a text, and in what it answered. */
function talk({ client, vendor, stream }: Talked) {
  const args = JSON.stringify({ to: [email], note: `a\n${email}`, odd, n: 1 });
  const result = `sent to ${email} with ${card} and ${odd}`;
  const turns = [[{ id: "c0", name: "f", args, result }]];
  const { path, body } = clients[client]({ model: models[vendor], stream, tools: ["f"], turns });
  return post(path, body);
}

const pairs = clientNames.flatMap((client) => vendorNames.map((vendor) => [client, vendor] as const));

describe.each(pairs)("between a client of %s and a vendor of %s", (client, vendor) => {
  it.each([false, true])(
    "what was taken out of a request is told in the text of its answer, streamed: %s",
    async (stream) => {
      const text = `To ${forEmail}, "${forOdd}" and [CARD]: EMAIL_7K.`;
      const pieces = stream ? text.split(/(?<=_.)|(?<=EM)/) : [text];
      upstream.script([saying[vendor](pieces, stream)]);
      const { text: body } = await talk({ client, vendor, stream });
      const sent = asked();
      for (const secret of [email, "jane.doe", "4111 1111", odd, JSON.stringify(odd).slice(1, -1)])
        expect(sent).not.toContain(secret);
      for (const placed of [forEmail, forOdd, "[CARD]"]) expect(sent).toContain(placed);
      expect(textIn(client, body, stream)).toBe(`To ${email}, "${odd}" and [CARD]: EMAIL_7K.`);
    },
  );

  it.each([false, true])("and in what tools are called with, streamed: %s", async (stream) => {
    const call = (mail: string, other: string) => ({
      id: "c9",
      name: "f",
      args: JSON.stringify({ to: mail, odd: other, n: 1 }),
    });
    upstream.script([answers[vendor]([call(forEmail, forOdd)], stream)]);
    const { text } = await talk({ client, vendor, stream });
    expect(argumentsIn(client, text, stream)).toEqual([call(email, odd).args]);
  });
});

describe("a policy", () => {
  const chat = { model: models["openai-chat"], messages: [{ role: "user", content: `Pay with ${card}, ${email}` }] };

  it("that blocks a class refuses the request by its class, and no vendor is asked", async () => {
    hold({ ...replacing, classes: { card: "block", email: "replace" } });
    const response = await postJson(`${gateway.url}/v1/chat/completions`, chat);
    const error = await readError(response);
    expect(response.status).toBe(400);
    expect(error).toMatchObject({ code: "personal_data_refused", type: "invalid_request_error" });
    expect(error.message).toContain("payment cards (1)");
    expect(error.message).not.toMatch(/4111|jane/);
    expect(upstream.received).toHaveLength(0);
  });

  it("is told in the record by classes and counts", async () => {
    upstream.script([saying["openai-chat"](["ok"], false)]);
    const before = gateway.records.length;
    await post("/v1/chat/completions", JSON.stringify(chat));
    expect(gateway.records[before]?.privacy).toEqual([
      { class: "card", action: "mask", count: 1 },
      { class: "email", action: "replace", count: 1 },
    ]);
    expect(JSON.stringify(gateway.records)).not.toMatch(/4111 1111|4111111111111111|jane/);
  });

  it("lets what it does not name pass, and where there is none all does", async () => {
    for (const policy of [{ ...replacing, classes: {}, patterns: [] }, null]) {
      hold(policy);
      upstream.script([saying["openai-chat"](["ok"], false)]);
      const body = JSON.stringify(chat);
      await post("/v1/chat/completions", body);
      expect(asked()).toBe(body);
    }
  });

  it("changes no byte of a request in which it finds nothing", async () => {
    const body = `{ "model" :"${models["openai-chat"]}", "temperature": 1.0, "x":1e2,"messages":[ {"role":"user","content":"Hi \\u00e9"}]}`;
    upstream.script([saying["openai-chat"](["ok"], false)]);
    await post("/v1/chat/completions", body);
    expect(asked()).toBe(body);
  });

  it("changes the texts alone of a request in which it finds something, twice where they are there twice", async () => {
    const body = (text: string): string =>
      `{ "model" :"${models["openai-chat"]}", "temperature": 1.0, "large":12345678901234567890, "messages":[ {"role":"user","content":"a","content":"${text}"}],"unknown":{"x":"${text}"}}`;
    upstream.script([saying["openai-chat"](["ok"], false)]);
    await post("/v1/chat/completions", body(email));
    expect(asked()).toBe(body(forEmail));
  });

  it("that refuses what nobody can look into does so for pictures, files, sound and token ids", async () => {
    hold({ ...replacing, unreadable: "refuse" });
    const part = (one: object) => ({ ...chat, messages: [{ role: "user", content: [one] }] });
    const refused: readonly (readonly [string, object])[] = [
      ["/v1/chat/completions", part({ type: "image_url", image_url: { url: "https://example.com/a.png" } })],
      ["/v1/chat/completions", part({ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } })],
      ["/v1/chat/completions", part({ type: "file", file: { file_id: "file-1" } })],
      ["/v1/embeddings", { model: models["openai-chat"], input: [[1, 2, 3]] }],
      [
        "/v1/messages",
        {
          model: models["anthropic-messages"],
          max_tokens: 9,
          messages: [
            { role: "user", content: [{ type: "image", source: { type: "url", url: "https://example.com/a.png" } }] },
          ],
        },
      ],
      [
        `/v1beta/models/${models.gemini}:generateContent`,
        { contents: [{ role: "user", parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }] },
      ],
      ["/api/chat", { model: models.ollama, messages: [{ role: "user", content: "x", images: ["AAAA"] }] }],
      [
        "/v1/responses",
        {
          model: models["openai-responses"],
          input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }],
        },
      ],
    ];
    for (const [path, body] of refused) {
      const response = await postJson(gateway.url + path, body);
      expect(response.status, path).toBe(400);
      expect(await response.text()).toContain("cannot be looked into");
    }
    expect(upstream.received).toHaveLength(0);
  });

  it("looks into documents that are texts", async () => {
    const document = { type: "document", source: { type: "text", media_type: "text/plain", data: `mail ${email}` } };
    hold({ ...replacing, unreadable: "refuse" });
    upstream.script([saying["anthropic-messages"](["ok"], false)]);
    const body = {
      model: models["anthropic-messages"],
      max_tokens: 9,
      messages: [{ role: "user", content: [document] }],
    };
    await post("/v1/messages", JSON.stringify(body));
    expect(asked()).toContain(`mail ${forEmail}`);
  });

  it("holds for embeddings, rankings, moderations and what else vendors of the dialect are asked", async () => {
    const model = models["openai-chat"];
    const asks: readonly (readonly [string, object])[] = [
      ["/v1/embeddings", { model, input: [`a ${email}`] }],
      ["/v1/rerank", { model, query: email, documents: [`b ${email}`] }],
      ["/v1/moderations", { model, input: email }],
      ["/v1/completions", { model, prompt: email }],
      ["/v1/audio/speech", { model, input: email, voice: "x" }],
      ["/v1/images/generations", { model, prompt: email }],
    ];
    for (const [path, body] of asks) {
      await (await postJson(gateway.url + path, body)).arrayBuffer();
      expect(asked(), path).toContain(forEmail);
      expect(asked(), path).not.toContain(email);
    }
  });

  it("holds for a request that is read in another thread because it is large", async () => {
    const filling = "x ".repeat(200_000);
    const long = { ...chat, messages: [{ role: "user", content: `${filling}${email} ${card}` }] };
    upstream.script([saying["openai-chat"]([`${forEmail}${" y".repeat(100_000)}`], false)]);
    const { text } = await post("/v1/chat/completions", JSON.stringify(long));
    expect(asked()).toContain(`${filling}${forEmail} [CARD]`);
    expect(textIn("openai-chat", text, false)).toMatch(new RegExp(`^${email} y`));
    hold({ ...replacing, classes: { card: "block" } });
    expect((await postJson(`${gateway.url}/v1/chat/completions`, long)).status).toBe(400);
  });

  it("has the same placeholder for a text in each turn, and restores none of another key or another conversation", async () => {
    upstream.script([saying["openai-chat"]([`to ${forEmail}`], false), saying["openai-chat"](["ok"], false)]);
    const first = await post("/v1/chat/completions", JSON.stringify(chat));
    expect(textIn("openai-chat", first.text, false)).toBe(`to ${email}`);
    upstream.script([saying["openai-chat"]([`to ${forEmail}`], false)]);
    const other = { ...chat, messages: [{ role: "user", content: "somebody@example.org" }] };
    const second = await post("/v1/chat/completions", JSON.stringify(other));
    expect(textIn("openai-chat", second.text, false)).toBe(`to ${forEmail}`);
  });
});
