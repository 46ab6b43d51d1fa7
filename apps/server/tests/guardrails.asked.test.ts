// Guardrails that ask somebody else: a webhook and a moderation endpoint, which may answer what they like, or nothing.

import { createHmac } from "node:crypto";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import { makeGuardrail } from "./support/guardrails.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget } from "./support/gateway.ts";
import { startGateway, testKey, type TestGateway } from "./support/gateway.ts";
import { chatPath, postJson } from "./support/stage.ts";
import { everyDialect, models } from "./support/talk-vendors.ts";
import { saying } from "./support/told-texts.ts";

const secret = `whsec_${Buffer.from("a secret of thirty-two bytes....").toString("base64")}`;
let vendor: FakeUpstream;
let judge: FakeUpstream;
let gateway: TestGateway;
let known = 0;

beforeAll(async () => {
  [vendor, judge] = [await startFakeUpstream(), await startFakeUpstream()];
  gateway = await startGateway(makeSnapshot({ targets: [] }));
});
beforeEach(() => {
  vendor.clear();
  judge.clear();
  known = gateway.records.length;
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([vendor.close(), judge.close()]);
});

function hold(change: Partial<GuardrailPart>, privacy: PrivacyPolicy | null = null): void {
  const judging = makeTarget(makeProvider("openai", `${judge.url}/v1`, { name: "judge" }), "a-judge");
  const guardrail = makeGuardrail({ name: "house rules", secret: { openSecret: secret }, ...change });
  gateway.swap(
    makeSnapshot({
      targets: [...everyDialect(vendor.url), judging],
      principals: { [testKey]: makePrincipal({ privacy }) },
      guardrails: [guardrail],
    }),
  );
}

const webhook = (change: Partial<GuardrailPart> = {}, privacy: PrivacyPolicy | null = null): void =>
  hold({ check: { kind: "webhook", url: `${judge.url}/check` }, ...change }, privacy);
const moderation = (change: Partial<GuardrailPart> = {}, threshold: number | null = null): void =>
  hold({ check: { kind: "moderation", provider: "judge", model: null, categories: null, threshold }, ...change });

const says = (body: unknown): Script => ({ kind: "answer", body });
const flagged = (...found: readonly boolean[]): Script =>
  says({
    results: found.map((one) => ({
      flagged: one,
      categories: { violence: one, hate: false },
      category_scores: { violence: one ? 0.9 : 0.1, hate: 0 },
    })),
  });
const vendorSays = (stream: boolean, ...pieces: readonly string[]): void =>
  vendor.script(saying["openai-chat"](pieces, stream));

interface Told {
  readonly status: number;
  readonly body: string;
  readonly isCut: boolean;
}

async function chat(content: string, stream = false): Promise<Told> {
  const body = { model: models["openai-chat"], stream, messages: [{ role: "user", content }] };
  const response = await postJson(gateway.url + chatPath, body);
  let [told, isCut] = ["", false];
  try {
    for await (const chunk of response.body ?? []) told += Buffer.from(chunk as Uint8Array).toString();
  } catch {
    isCut = true;
  }
  return { status: response.status, body: told, isCut };
}

const asked = (at = 0): Record<string, unknown> =>
  JSON.parse(judge.received[at]?.text ?? "{}") as Record<string, unknown>;
const facts = () => gateway.records.slice(known).map(({ why }) => why?.guards ?? []);
const running = () => gateway.deps.counters.inUse([{ kind: "key", id: "key-1" }]);

describe("a webhook", () => {
  it("is told the texts of a request, signed, and nobody is asked before it allows it", async () => {
    webhook({ stage: "input" });
    judge.script(says({ action: "allow" }));
    vendorSays(false, "Yes");
    expect(await chat("Hi there")).toMatchObject({ status: 200 });
    expect(asked()).toMatchObject({
      ...{ guardrail: { id: "guardrail-1", name: "house rules" }, stage: "input", is_part: false },
      ...{ model: models["openai-chat"], key_id: "key-1", user_id: "user-1", team_id: null, texts: ["Hi there"] },
    });
    const { headers = {}, text = "" } = judge.received[0] ?? {};
    const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${text}`;
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
    expect(facts()).toEqual([[]]);
  });

  it("blocks a request, for a reason that the client is told", async () => {
    webhook({ stage: "input" });
    judge.script(says({ action: "block", reason: "no birds here" }));
    expect(await chat("Hi")).toMatchObject({ status: 400, body: expect.stringContaining("no birds here") });
    expect(vendor.received).toHaveLength(0);
  });

  it("puts other texts in a request, and sees placeholders where a privacy policy has put them", async () => {
    webhook({ stage: "input" }, { classes: { email: "replace" }, patterns: [], unreadable: "allow" });
    judge.script(says({ action: "redact", texts: ["something else"] }));
    vendorSays(false, "Yes");
    expect(await chat("of ada@example.com")).toMatchObject({ status: 200 });
    expect(asked()["texts"]).toEqual([expect.stringMatching(/^of EMAIL_[0-9A-Z]+$/)]);
    expect(vendor.received[0]?.text).toContain("something else");
    expect(facts()).toEqual([[["house rules", "input", "redact"]]]);
  });

  it("only notes what it says where the guardrail only flags", async () => {
    webhook({ stage: "input", action: "flag" });
    judge.script(says({ action: "block" }));
    vendorSays(false, "Yes");
    expect((await chat("Hi")).status).toBe(200);
    expect(facts()).toEqual([[["house rules", "input", "flag"]]]);
  });

  it.each([false, true])("withholds an answer, streamed: %s, of which the usage is recorded", async (stream) => {
    webhook({ stage: "output" });
    judge.script(says({ action: "block", reason: "birds" }));
    vendorSays(stream, "a blue", "bird");
    const told = await chat("Hi", stream);
    expect(told).toMatchObject(stream ? { status: 200, isCut: true } : { status: 400 });
    expect(told.body).not.toContain("blue");
    expect(told.body).toContain("withholds the answer to this request: birds");
    expect(asked()).toMatchObject({ stage: "output", texts: ["a bluebird"], is_part: false });
    const [record] = gateway.records.slice(known);
    expect(record).toMatchObject({ status: "error", errorCode: "content_blocked" });
    expect(record?.completionTokens).toBeGreaterThan(0);
  });

  it("is told a long stream in parts, each before the client is", async () => {
    webhook({ stage: "output" });
    const pieces = Array.from({ length: 300 }, (_, at) => `word ${at}, `);
    judge.script([says({ action: "allow" }), says({ action: "allow" }), says({ action: "block" })]);
    vendorSays(true, ...pieces);
    const told = await chat("Hi", true);
    expect(judge.received.length).toBeGreaterThan(1);
    expect(asked()["is_part"]).toBe(true);
    if (judge.received.length >= 3) expect(told.isCut).toBe(true);
    const whole = pieces.join("");
    const heard = judge.received.map((_, at) => (asked(at)["texts"] as string[])[0] ?? "");
    expect(whole.startsWith(heard[0] ?? "none")).toBe(true);
    expect(heard[1]?.startsWith((heard[0] ?? "").slice(-200))).toBe(true);
  });

  it("is told all of a stream that it allows, and so is the client", async () => {
    webhook({ stage: "output" });
    judge.script(Array.from({ length: 20 }, () => says({ action: "allow" })));
    const pieces = Array.from({ length: 400 }, (_, at) => `word ${at}, `);
    vendorSays(true, ...pieces);
    const told = await chat("Hi", true);
    expect(told).toMatchObject({ status: 200, isCut: false });
    expect(told.body).toContain("[DONE]");
    expect(told.body).toContain("word 399, ");
    expect(gateway.records.at(-1)).toMatchObject({ status: "ok", completionTokens: 2 });
  });
});

describe("a moderation endpoint", () => {
  it.each([
    ["blocks", "block", 400],
    ["flags", "flag", 200],
    ["redacts", "redact", 200],
  ] as const)("%s what it finds in a request", async (_name, action, status) => {
    moderation({ stage: "input", action });
    judge.script(flagged(true));
    vendorSays(false, "Yes");
    expect((await chat("of bad things")).status).toBe(status);
    expect(judge.received[0]).toMatchObject({ path: "/v1/moderations" });
    expect(asked()).toEqual({ input: ["of bad things"] });
    expect(judge.received[0]?.headers["authorization"]).toBe("Bearer sk-vendor-credential");
    if (action === "redact") expect(vendor.received[0]?.text).toContain("[redacted]");
    if (status === 200) expect(facts()).toEqual([[["house rules", "input", action]]]);
  });

  it.each([
    [0.5, 400],
    [0.95, 200],
  ])("counts scores from a threshold on: %s", async (threshold, status) => {
    moderation({ stage: "input" }, threshold);
    judge.script(flagged(true));
    vendorSays(false, "Yes");
    expect((await chat("Hi")).status).toBe(status);
  });

  it.each([false, true])("withholds an answer, streamed: %s", async (stream) => {
    moderation({ stage: "output" });
    judge.script(flagged(true));
    vendorSays(stream, "a blue", "bird");
    const told = await chat("Hi", stream);
    expect(told.body).not.toContain("blue");
    expect(told).toMatchObject(stream ? { isCut: true } : { status: 400 });
  });
});

const failing: readonly (readonly [string, Script])[] = [
  ["says nothing", { kind: "stall", after: "connect" }],
  ["says nothing behind its headers", { kind: "stall", after: "headers" }],
  ["breaks off", { kind: "cut", after: "connect" }],
  ["fails", { kind: "answer", status: 500, body: { action: "allow" } }],
  ["answers no JSON", { kind: "answer", text: "<html>" }],
  ["answers with an action that nobody knows", says({ action: "maybe" })],
  ["answers with nothing", says(null)],
  ["redacts other texts", says({ action: "redact", texts: [] })],
];

describe.each(failing)("a webhook that %s", (_name, script) => {
  it.each([
    ["input", "closed", false],
    ["input", "open", false],
    ["output", "closed", false],
    ["output", "open", false],
    ["output", "closed", true],
    ["output", "open", true],
  ] as const)("at %s, failing %s, streamed: %s", async (stage, onFailure, stream) => {
    webhook({ stage, onFailure, deadlineMs: 150 });
    judge.script(script);
    vendorSays(stream, "a blue", "bird");
    const told = await chat("Hi", stream);
    if (onFailure === "open") {
      expect(told).toMatchObject({ status: 200, isCut: false, body: expect.stringContaining("bird") });
      expect(facts()).toEqual([[["house rules", stage, "skipped"]]]);
      return;
    }
    expect(told.body).not.toContain("blue");
    expect(told).toMatchObject(stream ? { status: 200, isCut: true } : { status: 400 });
    expect(told.body).toContain("house rules");
    expect(vendor.received).toHaveLength(stage === "input" ? 0 : 1);
  });
});

describe("a client that leaves while somebody is asked", () => {
  it.each([
    ["input", false],
    ["output", false],
    ["output", true],
  ] as const)("at %s, streamed: %s, ends the call, and leaves nothing behind", async (stage, stream) => {
    webhook({ stage, deadlineMs: 30_000 });
    judge.script({ kind: "stall", after: "connect" });
    vendorSays(stream, "a blue", "bird");
    const leaving = new AbortController();
    const body = { model: models["openai-chat"], stream, messages: [{ role: "user", content: "Hi" }] };
    const gone = postJson(gateway.url + chatPath, body, { signal: leaving.signal })
      .then((response) => response.text())
      .catch(() => "gone");
    await vi.waitFor(() => expect(judge.received).toHaveLength(1), { timeout: 10_000 });
    leaving.abort();
    expect(await gone).toBe("gone");
    await vi.waitFor(() => expect(judge.received[0]).toMatchObject({ aborted: true }), { timeout: 10_000 });
    await vi.waitFor(async () => expect(JSON.stringify(await running())).not.toMatch(/"running":[1-9]/), {
      timeout: 5_000,
    });
    if (stage === "input") expect(vendor.received).toHaveLength(0);
    else await vi.waitFor(() => expect(gateway.records.slice(known)).toMatchObject([{ status: "client_abort" }]));
  });
});
