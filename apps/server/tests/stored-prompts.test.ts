// What is kept of requests of keys whose policy says so: what went to the vendor and what came from there, with placeholders in place of what
// the privacy policy took out, in every dialect, whole and streamed; and nothing of all other requests.

import { hash } from "node:crypto";
import { dialects } from "@ghostllm/llm";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StoredPrompts } from "#domain/principal.ts";
import { placeholderFor } from "#domain/privacy/placeholders.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import { BoundedContents } from "#link/contents.ts";
import type { KeptText, RequestContent } from "#link/contents.ts";
import { makePrincipal, makeSnapshot, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { postJson } from "./support/stage.ts";
import { clientNames, clients, vendorNames } from "./support/talk.ts";
import type { ClientName, VendorName } from "./support/talk.ts";
import { everyDialect, models } from "./support/talk-vendors.ts";
import { saying, textIn } from "./support/told-texts.ts";

const email = "jane.doe@example.com";
const forEmail = placeholderFor(hash("sha256", testKey), "email", email);
const replacing: PrivacyPolicy = { classes: { email: "replace" }, patterns: [], unreadable: "allow" };

let upstream: FakeUpstream;
let gateway: TestGateway;
let kept: RequestContent[];
let hasRoom: boolean;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const keep = (content: RequestContent): boolean => {
    if (hasRoom) kept.push(structuredClone(content));
    return hasRoom;
  };
  gateway = await startGateway(makeSnapshot({ targets: [] }), { contents: { keep } });
});
beforeEach(() => {
  upstream.clear();
  [kept, hasRoom] = [[], true];
  hold("request_and_answer");
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

function hold(storePrompts: StoredPrompts | null, privacy: PrivacyPolicy | null = replacing): void {
  const principals = { [testKey]: makePrincipal({ privacy, storePrompts, teamId: "team-1" }) };
  gateway.swap(makeSnapshot({ targets: everyDialect(upstream.url), principals }));
}

const textOf = (one: KeptText | null | undefined): string => Buffer.from(one?.text ?? []).toString();

async function post(path: string, body: string | object): Promise<string> {
  const response = await postJson(gateway.url + path, body);
  return response.text();
}

interface Talked {
  readonly client: ClientName;
  readonly vendor: VendorName;
  readonly stream: boolean;
  readonly filler?: string;
}

function talk({ client, vendor, stream, filler = "" }: Talked): Promise<string> {
  const turns = [[{ id: "c0", name: "f", args: "{}", result: `sent to ${email}${filler}` }]];
  const { path, body } = clients[client]({ model: models[vendor], stream, tools: ["f"], turns });
  return post(path, body);
}

const pairs = clientNames.flatMap((client) => vendorNames.map((vendor) => [client, vendor] as const));

describe.each(pairs)("between a client of %s and a vendor of %s", (client, vendor) => {
  it.each([false, true])("the request and the answer are kept with placeholders, streamed: %s", async (stream) => {
    const text = `To ${forEmail}, at seven.`;
    upstream.script([saying[vendor](stream ? text.split(/(?<=_.)/) : [text], stream)]);
    expect(textIn(client, await talk({ client, vendor, stream }), stream)).toBe(`To ${email}, at seven.`);
    expect(kept).toHaveLength(1);
    const [content] = kept;
    const { requestId, createdAt, userId, keyId, teamId, request, answer } = content ?? {};
    const record = gateway.records.at(-1);
    expect(record).toMatchObject({ id: requestId, createdAt, userId, apiKeyId: keyId, teamId, content: "kept" });
    expect(textOf(request)).toContain(`sent to ${forEmail}`);
    expect(textIn(client, textOf(answer), stream)).toBe(text);
    const isStream = /event-stream|ndjson/.test(answer?.contentType ?? "");
    expect(dialects[client].upstream.readText(textOf(answer), isStream)).toContain(text);
    expect([request?.isCut, answer?.isCut]).toEqual([false, false]);
    expect(JSON.stringify([textOf(request), textOf(answer)])).not.toContain("jane.doe");
  });
});

describe("a request that is worked on in another thread", () => {
  it.each([false, true])("is kept with placeholders all the same, streamed: %s", async (stream) => {
    const filler = ` ${"word ".repeat(40_000)}${email}`;
    const text = `${"x".repeat(stream ? 10 : 200_000)} ${forEmail}`;
    upstream.script([saying["anthropic-messages"]([text], stream)]);
    const told = await talk({ client: "openai-chat", vendor: "anthropic-messages", stream, filler });
    expect(told).toContain(email);
    const [content] = kept;
    expect(textIn("openai-chat", textOf(content?.answer), stream)).toBe(text);
    expect(textOf(content?.request)).toContain(forEmail);
    expect(textOf(content?.request) + textOf(content?.answer)).not.toContain("jane.doe");
  });
});

const chat = { model: models["openai-chat"], messages: [{ role: "user", content: "Hello" }] };

describe("a policy", () => {
  it("keeps requests alone where it says so", async () => {
    hold("request");
    upstream.script([saying["openai-chat"](["Yes"], false)]);
    await post("/v1/chat/completions", chat);
    expect([textOf(kept[0]?.request), kept[0]?.answer]).toEqual([JSON.stringify(chat), null]);
  });

  it("that there is none of keeps nothing, and the record says nothing of it", async () => {
    hold(null);
    upstream.script([saying["openai-chat"](["Yes"], false)]);
    await post("/v1/chat/completions", chat);
    expect(kept).toEqual([]);
    expect(gateway.records.at(-1)?.content).toBeNull();
  });

  it("is told to whoever asks with the key", async () => {
    const headers = { authorization: `Bearer ${testKey}` };
    const ask = async () => (await fetch(`${gateway.url}/v1/key`, { headers })).json();
    expect(await ask()).toMatchObject({ store_prompts: "request_and_answer" });
    hold(null);
    expect(await ask()).toMatchObject({ store_prompts: "nothing" });
  });
});

describe("what is kept", () => {
  it("is told to be dropped where there is no room, and the client has its answer", async () => {
    hasRoom = false;
    upstream.script([saying["openai-chat"](["Yes"], false)]);
    expect(await post("/v1/chat/completions", chat)).toContain("Yes");
    expect(gateway.records.at(-1)).toMatchObject({ content: "dropped", status: "ok" });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/ghostllm_stored_contents_total\{outcome="dropped"\} [1-9]/);
  });

  it("is cut where it is long, and says so, with pictures left out", async () => {
    const image_url = { url: `data:image/png;base64,${Buffer.alloc(300_000, 0xfb).toString("base64")}` };
    const long = "many words, ".repeat(30_000);
    const content = [
      { type: "image_url", image_url },
      { type: "text", text: "behind it" },
    ];
    const pieces = Array.from({ length: 400 }, () => "many words, ".repeat(300));
    upstream.script([saying["openai-chat"]([long], false), saying["openai-chat"](pieces, true)]);
    await post("/v1/chat/completions", { ...chat, messages: [{ role: "user", content }] });
    const [whole] = kept;
    expect(textOf(whole?.request)).toContain("behind it");
    expect(whole?.request).toMatchObject({ isCut: false, leftOut: 1 });
    expect(whole?.answer).toMatchObject({ isCut: true, leftOut: 0 });
    expect(whole?.answer?.text?.length).toBeLessThanOrEqual(256 * 1024);
    expect(whole?.answer?.bytes).toBeGreaterThan(long.length);
    await post("/v1/chat/completions", { ...chat, stream: true, messages: [{ role: "user", content: long }] });
    expect(kept[1]).toMatchObject({ request: { isCut: true }, answer: { isCut: true } });
    expect(kept[1]?.answer?.text?.length).toBeGreaterThan(1_000_000);
    expect(kept[1]?.answer?.text?.length).toBeLessThanOrEqual(1024 * 1024);
    expect(kept[1]?.answer?.bytes).toBeGreaterThan(1_400_000);
  });

  it("is the size of an answer that is no text, and of files in a form", async () => {
    const audio = { kind: "answer", status: 200, text: "ID3sound", headers: { "content-type": "audio/mpeg" } } as const;
    upstream.script([audio, { kind: "answer", status: 200, body: { text: "Ahoy" } }]);
    const model = models["openai-chat"];
    await post("/v1/audio/speech", { model, input: "Ahoy", voice: "v" });
    expect(kept[0]?.answer).toMatchObject({ contentType: "audio/mpeg", bytes: 8, text: null });
    const form = new FormData();
    form.append("model", model);
    form.append("prompt", `Names such as ${email}`);
    form.append("file", new Blob(["RIFFsound"]), "a.wav");
    const headers = { authorization: `Bearer ${testKey}` };
    await fetch(`${gateway.url}/v1/audio/transcriptions`, { method: "POST", headers, body: form });
    const told = textOf(kept[1]?.request);
    expect(told).toContain(`Names such as ${forEmail}`);
    expect(told).toContain("[9 bytes]");
    expect(told).not.toContain("RIFF");
    expect(textOf(kept[1]?.answer)).toContain("Ahoy");
  });

  it("is the answer of whoever answered in the end, and none of who did not", async () => {
    const failing = { kind: "answer", status: 500, body: { error: { message: "first" } } } as const;
    upstream.script([failing, saying["openai-chat"](["second"], false)]);
    await post("/v1/chat/completions", chat);
    expect(textOf(kept[0]?.answer)).toContain("second");
    expect(textOf(kept[0]?.answer)).not.toContain("first");
  });

  it("is what a stream told until its client left", async () => {
    const stop = new AbortController();
    const pieces = Array.from({ length: 40 }, (_, at) => `piece ${at} `);
    const streamed = saying["openai-chat"](pieces, true);
    if (streamed.kind !== "raw") throw new Error("it is no stream");
    upstream.script([{ ...streamed, writeBytes: 300, paceMs: 20 }]);
    const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify({ ...chat, stream: true }), signal: stop.signal };
    const response = await fetch(`${gateway.url}/v1/chat/completions`, init);
    await response.body?.getReader().read();
    stop.abort();
    await expect.poll(() => kept.length).toBe(1);
    expect(textOf(kept[0]?.answer)).toContain("piece 0");
  });

  it("holds no credential that a vendor quotes", async () => {
    const quoting = { error: { message: "Incorrect API key provided: sk-vendor-credential" } };
    upstream.script([{ kind: "answer", status: 401, body: quoting }]);
    await post("/v1/chat/completions", chat);
    expect(kept[0]?.answer).toBeNull();
  });

  it("is nothing of a request that asked no vendor", async () => {
    hold("request_and_answer", { ...replacing, classes: { email: "block" } });
    await post("/v1/chat/completions", { ...chat, messages: [{ role: "user", content: email }] });
    await post("/v1/chat/completions", { ...chat, model: "unknown" });
    expect(kept).toEqual([]);
  });
});

describe("what waits to be stored", () => {
  const text: KeptText = {
    contentType: "text/plain",
    bytes: 1_000,
    text: Buffer.alloc(1_000),
    isCut: false,
    leftOut: 0,
  };
  const content = { requestId: "r", createdAt: 0, userId: "u", keyId: "k", teamId: null, request: text, answer: text };

  it("never holds more memory than it may, also when nothing is stored for long", async () => {
    const waiting: (() => void)[] = [];
    const contents = new BoundedContents({
      store: () => new Promise((resolve) => waiting.push(resolve)),
      mostBytes: 100_000,
    });
    const outcomes = Array.from({ length: 1_000 }, () => contents.keep(content));
    const fitting = outcomes.filter(Boolean).length;
    expect(fitting).toBeGreaterThan(20);
    expect(fitting * 2_000).toBeLessThanOrEqual(100_000);
    expect(waiting).toHaveLength(fitting);
    for (const done of waiting) done();
    await Promise.resolve();
    await Promise.resolve();
    expect(contents.keep(content)).toBe(true);
  });

  it("gives its room back also where storing it fails", async () => {
    const contents = new BoundedContents({ store: () => Promise.reject(new Error("away")), mostBytes: 4_000 });
    for (let at = 0; at < 3; at += 1) {
      expect(contents.keep(content)).toBe(true);
      await new Promise(setImmediate);
    }
  });
});
