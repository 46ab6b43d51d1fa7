// Answers that are held to a JSON Schema: whole and streamed, in every dialect, by a schema of the guardrail or of the request.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GuardrailPart, SchemaCheck } from "#domain/guardrails/guardrail.ts";
import { ChatPage } from "./support/chat-page.ts";
import { askings, names } from "./support/every-dialect.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { makePrincipal, makeSnapshot, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, postJson, waitFor } from "./support/stage.ts";
import { everyDialect, models } from "./support/talk-vendors.ts";
import { saying } from "./support/told-texts.ts";

const bird = { type: "object", required: ["bird"], properties: { bird: { type: "string", pattern: "^[a-z]+$" } } };
const good = '{"bird": "kite"}';
const bad = '{"bird": "SECRET-9"}';

let vendor: FakeUpstream;
let gateway: TestGateway;
let known = 0;

beforeAll(async () => {
  vendor = await startFakeUpstream();
  gateway = await startGateway(makeSnapshot({ targets: [] }), { limits: { answerBufferBytes: 20_000 } });
});
beforeEach(() => {
  vendor.clear();
  known = gateway.records.length;
});
afterAll(async () => {
  await gateway.close();
  await vendor.close();
});

function hold(check: Partial<SchemaCheck> = {}, change: Partial<GuardrailPart> = {}): void {
  const whole: SchemaCheck = { kind: "json-schema", schema: bird, fromRequest: false, ...check };
  const guardrail = makeGuardrail({ name: "shape", stage: "output", check: whole, deadlineMs: 3_000, ...change });
  gateway.swap(
    makeSnapshot({
      targets: everyDialect(vendor.url),
      principals: { [testKey]: makePrincipal() },
      guardrails: [guardrail],
    }),
  );
}

interface Told {
  readonly status: number;
  readonly body: string;
  readonly isCut: boolean;
}

async function tell(response: Response): Promise<Told> {
  let [body, isCut] = ["", false];
  try {
    for await (const chunk of response.body ?? []) body += Buffer.from(chunk as Uint8Array).toString();
  } catch {
    isCut = true;
  }
  return { status: response.status, body, isCut };
}

const says = (text: string, stream = false, pieces = 3): void => {
  const size = Math.ceil(text.length / pieces);
  const all = Array.from({ length: pieces }, (_, at) => text.slice(at * size, (at + 1) * size));
  vendor.script(saying["openai-chat"](stream ? all : [text], stream));
};

async function chat(more: object = {}, stream = false): Promise<Told> {
  const body = { model: models["openai-chat"], stream, messages: [{ role: "user", content: "Hi" }], ...more };
  return tell(await postJson(gateway.url + chatPath, body));
}

const facts = () => gateway.records.slice(known).map(({ why }) => why?.guards ?? []);
const asked = { type: "json_schema", json_schema: { name: "bird", schema: bird } };

describe.each(names.flatMap((name) => [false, true].map((stream) => [name, stream] as const)))(
  "in %s, streamed: %s",
  (name, stream) => {
    async function ask(text: string): Promise<Told> {
      const pieces = stream ? [text.slice(0, 5), text.slice(5, 9), text.slice(9)] : [text];
      vendor.script(saying[name](pieces, stream));
      const { path, body } = askings[name](models[name], stream);
      return tell(await postJson(gateway.url + path, body));
    }

    it("what matches is told as it came", async () => {
      gateway.swap(makeSnapshot({ targets: everyDialect(vendor.url), principals: { [testKey]: makePrincipal() } }));
      const free = await ask(good);
      hold();
      expect(await ask(good)).toEqual({ ...free, body: expect.stringContaining("kite") });
      expect(facts().at(-1)).toEqual([]);
    });

    it("what does not is withheld, and nothing of it is told", async () => {
      hold();
      const told = await ask(bad);
      expect(told).toMatchObject(stream ? { isCut: true } : { status: 400 });
      expect(told.body).toMatch(/does not match its JSON Schema \(#\/properties\/bird\/pattern\)/);
      expect(told.body).not.toContain("SECRET");
      await waitFor(() => gateway.records.length === known + 1);
      expect(gateway.records.at(-1)).toMatchObject({ errorCode: "content_blocked", completionTokens: 2 });
      expect(facts()).toEqual([[["shape", "output", "block"]]]);
    });
  },
);

describe("a schema", () => {
  it("is only noted not to match where the guardrail only flags", async () => {
    hold({}, { action: "flag" });
    says(bad);
    expect(await chat()).toMatchObject({ status: 200, body: expect.stringContaining("SECRET") });
    says(bad, true);
    expect(await chat({}, true)).toMatchObject({ isCut: false, body: expect.stringContaining("SECR") });
    expect(facts()).toEqual([[["shape", "output", "flag"]], [["shape", "output", "flag"]]]);
  });

  it.each(["no JSON", "", `${good} and more`, "```json\n{}\n```"])("is not matched by %j", async (text) => {
    hold({ schema: {} });
    says(text);
    expect((await chat()).body).toContain("it is no JSON");
  });

  it("may be that of the request, and holds for no other", async () => {
    hold({ schema: null, fromRequest: true });
    says(bad);
    expect((await chat()).status).toBe(200);
    expect((await chat({ response_format: { type: "text" } })).status).toBe(200);
    expect((await chat({ response_format: asked })).status).toBe(400);
    says(good);
    expect((await chat({ response_format: asked })).status).toBe(200);
    says("words");
    expect((await chat({ response_format: { type: "json_object" } })).body).toContain("it is no JSON");
  });

  it("is no matter of an answer that calls a tool", async () => {
    hold();
    const call = { id: "c", type: "function", function: { name: "f", arguments: "{}" } };
    const message = { role: "assistant", content: null, tool_calls: [call] };
    const choices = [{ index: 0, message, finish_reason: "tool_calls" }];
    vendor.script({ kind: "answer", body: { id: "c", object: "chat.completion", model: "m", created: 1, choices } });
    expect((await chat()).status).toBe(200);
  });

  it("is for each of several answers", async () => {
    hold();
    const choices = [good, bad].map((content, index) => {
      return { index, message: { role: "assistant", content }, finish_reason: "stop" };
    });
    vendor.script({ kind: "answer", body: { id: "c", object: "chat.completion", model: "m", created: 1, choices } });
    expect((await chat({ n: 2 })).status).toBe(400);
  });

  it.each([false, true])("holds for legacy completions, streamed: %s", async (stream) => {
    hold({ fromRequest: true });
    const ask = async (text: string) => {
      vendor.script({ kind: "chat", text, chunks: 3 });
      const body = { model: models["openai-chat"], stream, prompt: "Hi" };
      return tell(await postJson(`${gateway.url}/v1/completions`, body));
    };
    expect((await ask(good)).isCut).toBe(false);
    const told = await ask(bad);
    expect(told.body).toContain("does not match");
    expect([told.body.includes("choices"), told.isCut || told.status >= 400]).toEqual([false, true]);
  });

  it("holds for what is answered with texts alone", async () => {
    hold();
    vendor.script({ kind: "default" });
    const response = await postJson(`${gateway.url}/v1/embeddings`, { model: models["openai-chat"], input: "hi" });
    expect((await tell(response)).status).toBe(200);
  });

  it("is held over a WebSocket", async () => {
    hold();
    says(bad, true);
    const page = await ChatPage.ready(gateway.url, testKey);
    const body = { model: models["openai-chat"], messages: [{ role: "user", content: "Hi" }] };
    expect(JSON.stringify(await page.chat(body, { id: "a" }))).toContain("content_blocked");
    expect(page.text("a")).toBe("");
    says(good, true);
    await page.chat(body, { id: "b" });
    expect(page.text("b")).toBe(good);
    page.close();
  });
});

describe("what nobody can look through", () => {
  const twice = (name: string) => [{ $ref: `#/$defs/${name}` }, { $ref: `#/$defs/${name}` }];
  const steps = Array.from({ length: 40 }, (_, at) => [`d${at}`, { allOf: twice(`d${at + 1}`) }] as const);
  /** Of each step there are two, 2^40 in all. */
  const endless = { allOf: twice("d0"), $defs: { ...Object.fromEntries(steps), d40: { type: "object" } } };
  const expensive = [
    ["takes for ever", endless],
    ["goes in circles", { $ref: "#" }],
    ["leads elsewhere", { $ref: "https://example.com/schema" }],
    ["has a pattern that goes back", { properties: { bird: { pattern: "(?=k)kite" } } }],
  ] as const;

  it.each(expensive)("does not pass: a schema that %s", async (_, schema) => {
    hold({ schema: null, fromRequest: true }, { deadlineMs: 300 });
    says(good);
    const told = await chat({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } });
    expect(told).toMatchObject({ status: 400, body: expect.stringContaining("cannot be held against") });
    expect(facts()).toEqual([[["shape", "output", "failed"]]]);
    // And the next one is looked at.
    expect((await chat({ response_format: asked })).status).toBe(200);
  });

  it("passes where the guardrail is open, and is noted", async () => {
    hold({ schema: endless }, { deadlineMs: 300, onFailure: "open" });
    says(good, true);
    expect(await chat({}, true)).toMatchObject({ isCut: false, body: expect.stringContaining("[DONE]") });
    expect(facts()).toEqual([[["shape", "output", "skipped"]]]);
  });

  it.each(["closed", "open"] as const)("is a stream that is too large to be held: %s", async (onFailure) => {
    hold({}, { onFailure });
    says(`{"bird": "${"k".repeat(30_000)}"}`, true, 30);
    const told = await chat({}, true);
    expect(told.isCut).toBe(onFailure === "closed");
    expect(told.body.includes("kkk")).toBe(onFailure === "open");
    expect(facts()).toEqual([[["shape", "output", onFailure === "open" ? "skipped" : "failed"]]]);
  });

  it("is matched in linear time by the patterns of others", async () => {
    hold({ schema: { properties: { bird: { pattern: "^(k+)+$" } } } });
    says(`{"bird": "${"k".repeat(500)}!"}`);
    expect((await chat()).body).toContain("does not match");
  });
});
