// When a target is left alone: by the share of requests that fail or are slow there, in all dialects, whole and streamed; and how it comes back.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Alias, Target } from "#domain/snapshot.ts";
import { makePrincipal, makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { postJson, readBody, TestClock, waitFor } from "./support/stage.ts";

const keys = [
  "gk-health-of-one-0123456789abcdef",
  "gk-health-of-two-0123456789abcdef",
  "gk-health-three-0123456789abcdef",
];
const chat: Script = { kind: "chat", text: "well", chunks: 1 };
const failing: Script = { kind: "error", status: 500 };
const said = [{ role: "user", content: "hello" }];

type Way = (stream: boolean) => { readonly path: string; readonly body: object };
const ways: Readonly<Record<string, Way>> = {
  "OpenAI's chat": (stream) => ({ path: "/v1/chat/completions", body: { model: "routed", stream, messages: said } }),
  "OpenAI's responses": (stream) => ({ path: "/v1/responses", body: { model: "routed", stream, input: "hello" } }),
  "Anthropic's messages": (stream) => ({
    path: "/v1/messages",
    body: { model: "routed", stream, max_tokens: 9, messages: said },
  }),
  "Gemini's": (stream) => ({
    path: `/v1beta/models/routed:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: { contents: [{ role: "user", parts: [{ text: "hello" }] }] },
  }),
  "Ollama's": (stream) => ({ path: "/api/chat", body: { model: "routed", stream, messages: said } }),
};
const everyWay = Object.entries(ways).flatMap(([name, way]) =>
  [false, true].map((stream) => [name, stream ? "streamed" : "whole", way(stream)] as const),
);

let vendors: FakeUpstream[];
let targets: Target[];
let clock: TestClock;
let gateway: TestGateway;

beforeEach(async () => {
  clock = new TestClock();
  vendors = [await startFakeUpstream(), await startFakeUpstream()];
  targets = vendors.map(({ url }, index) =>
    makeTarget(makeProvider("openai-compatible", `${url}/v1`, { id: `p${index}`, name: `p${index}` }), "m"),
  );
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

type Settings = NonNullable<Parameters<typeof startGateway>[1]>;

async function start(resting: Settings["resting"] = {}, settings: Settings = { clock }): Promise<void> {
  const weighted = targets.map((target) => ({ target, weight: 1 }));
  const alias: Alias = { id: "r", name: "routed", strategy: "ordered", targets: weighted, createdAt: 0 };
  const principals = Object.fromEntries(
    keys.map((key, place) => [key, makePrincipal({ keyId: `k${place}`, userId: `u${place}`, scopes: [] })]),
  );
  const snapshot = makeSnapshot({ targets, principals, aliases: new Map([["routed", alias]]) });
  gateway = await startGateway(snapshot, { ...settings, random: () => 0, resting: { leastRequests: 8, ...resting } });
}

const asked = (): readonly number[] => vendors.map(({ received }) => received.length);

async function ask({ path, body }: ReturnType<Way>, caller = 0, signal: AbortSignal | null = null): Promise<string> {
  const headers = { authorization: `Bearer ${keys[caller]}` };
  const response = await postJson(gateway.url + path, body, { headers, signal });
  await readBody(response);
  return `${response.status} ${response.headers.get("x-ghostllm-provider")}`;
}

/** Every second request there fails, whoever asks: never two in a row. */
async function failByHalf(way: ReturnType<Way>): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) {
    vendors[0]?.script(turn % 2 === 0 ? failing : chat);
    expect(await ask(way, turn % 3)).toMatch(/^200/);
  }
}

describe("a target that fails every second request", () => {
  it.each(everyWay)("rests for all: %s, %s", async (_name, _kind, way) => {
    await start();
    vendors[1]?.script(chat);
    await failByHalf(way);
    const [before = 0] = asked();
    expect(before).toBeLessThan(12);
    for (let caller = 0; caller < 3; caller += 1) expect(await ask(way, caller)).toBe("200 p1");
    expect(asked()[0]).toBe(before);
  });

  it("is asked on where shares do not count", async () => {
    await start({ failurePercent: 0 });
    vendors[1]?.script(chat);
    await failByHalf(ways["OpenAI's chat"]?.(false) ?? { path: "", body: {} });
    expect(asked()[0]).toBe(12);
  });
});

describe("a target that rests, where nobody else answers", () => {
  const way = ways["OpenAI's chat"]?.(false) ?? { path: "", body: {} };

  it("is asked before the client hears of a failure, and is well for all others when it answers", async () => {
    await start();
    vendors[1]?.script(chat);
    await failByHalf(way);
    vendors[0]?.script(chat);
    vendors[1]?.script(failing);
    expect(await ask(way)).toBe("200 p0");
    const [, of1 = 0] = asked();
    expect(await ask(way, 1)).toBe("200 p0");
    expect(asked()[1]).toBe(of1);
  });

  it("is asked once a second, and rests no longer for it", async () => {
    await start({ restMs: 10_000, longestRestMs: 10_000 });
    vendors[1]?.script(chat);
    await failByHalf(way);
    for (const vendor of vendors) vendor.script(failing);
    const [before = 0] = asked();
    for (let turn = 0; turn < 2; turn += 1) expect(await ask(way, turn)).toMatch(/^500/);
    expect(asked()[0]).toBe(before + 1);
    clock.ms += 1_000;
    expect(await ask(way)).toMatch(/^500/);
    expect(asked()[0]).toBe(before + 2);
    vendors[1]?.script(chat);
    vendors[0]?.script(chat);
    clock.ms += 9_500;
    expect(await ask(way)).toBe("200 p0");
  });
});

describe("a target that is slow", () => {
  it.each(everyWay)("rests for all: %s, %s", async (_name, _kind, way) => {
    await start({ slowStreamMs: 40, slowAnswerMs: 40, leastRequests: 4 }, {});
    vendors[0]?.script({ ...chat, delayMs: 60 });
    vendors[1]?.script(chat);
    for (let turn = 0; turn < 4; turn += 1) expect(await ask(way, turn % 3)).toBe("200 p0");
    expect(await ask(way)).toBe("200 p1");
  });
});

describe("a target whose rest is over", () => {
  it.each(everyWay)("is tried by one request, while all others go elsewhere: %s, %s", async (_name, _kind, way) => {
    await start();
    vendors[0]?.script(failing);
    vendors[1]?.script(chat);
    for (let turn = 0; turn < 9; turn += 1) await ask(way, turn % 3);
    expect(asked()[0]).toBe(5);
    clock.ms += 5_000;
    vendors[0]?.script({ kind: "stall", after: "connect" });
    const client = new AbortController();
    const answers: string[] = [];
    const asking = Array.from({ length: 12 }, (_, turn) =>
      ask(way, turn % 3, client.signal)
        .then((one) => answers.push(one))
        .catch(() => undefined),
    );
    await waitFor(() => answers.length === 11);
    expect([asked()[0], new Set(answers)]).toEqual([6, new Set(["200 p1"])]);
    // That its client leaves shows nothing, and makes place for the next one.
    client.abort();
    await Promise.all(asking);
    vendors[0]?.script(chat);
    await vi.waitUntil(async () => (await ask(way)) === "200 p0");
    expect(await ask(way)).toBe("200 p0");
  });
});
