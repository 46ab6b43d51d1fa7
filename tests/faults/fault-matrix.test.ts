// Everything that can go wrong at a vendor, by every way in which clients ask, whole, streamed and over a WebSocket, with each of the things that an alias may
// say about it. Each case is data: what the client is told, that there is one record of it, and that nothing of it is left.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { retriedFailures } from "@ghostllm/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noTimeouts } from "../../apps/server/src/domain/alias-policy.ts";
import type { AliasPolicy } from "../../apps/server/src/domain/alias-policy.ts";
import type { LimitedScope } from "../../apps/server/src/domain/principal.ts";
import type { Alias, Target } from "../../apps/server/src/domain/snapshot.ts";
import { ChatPage } from "../../apps/server/tests/support/chat-page.ts";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
  testKey,
} from "../../apps/server/tests/support/gateway.ts";
import type { TestGateway } from "../../apps/server/tests/support/gateway.ts";
import { keyHeader, readBody, waitFor } from "../../apps/server/tests/support/stage.ts";

const chat: Script = { kind: "chat", text: "one two three four", chunks: 4 };
const error = (status: number, more: object = {}): Script => ({ kind: "error", status, ...more });
const told = (status: number, code: string): Script => ({
  kind: "answer",
  status,
  body: { error: { message: "so it is", type: "invalid_request_error", code } },
});

/**
 * `again`: the same target answers when it is asked once more. `once`: it is not asked again, and its error is the client's. `begun`: the
 * client has heard something, and is told that it broke off, or the rest of it by another target.
 */
type Outcome = "again" | "once" | "begun";

interface Fault {
  readonly script: Script;
  /** Where that is another one. */
  readonly streamedScript?: Script;
  /** In place of the vendor's. */
  readonly url?: string;
  readonly whole: Outcome;
  readonly streamed: Outcome;
  /** What the client is told where nobody helps. */
  readonly status: number;
}

const both = (outcome: Outcome) => ({ whole: outcome, streamed: outcome });

const faults: Readonly<Record<string, Fault>> = {
  "no connection": { script: chat, url: "http://127.0.0.1:9/v1", ...both("once"), status: 502 },
  "a name that leads nowhere": { script: chat, url: "http://nobody.invalid/v1", ...both("once"), status: 502 },
  "no TLS": { script: chat, url: "https", ...both("once"), status: 502 },
  silence: { script: { kind: "stall", after: "connect" }, ...both("again"), status: 504 },
  "silence behind the headers": {
    script: { kind: "stall", after: "headers", of: chat },
    ...both("again"),
    status: 504,
  },
  "silence within": {
    script: { kind: "stall", after: { bytes: 40 }, of: chat },
    streamedScript: { kind: "stall", after: { chunks: 2 }, of: chat },
    ...{ whole: "again", streamed: "begun", status: 504 },
  },
  "a connection that is cut": { script: { kind: "cut", after: "connect" }, ...both("again"), status: 502 },
  "a cut within": {
    script: { kind: "cut", after: { bytes: 40 }, of: chat },
    streamedScript: { kind: "cut", after: { chunks: 2 }, of: chat },
    ...{ whole: "again", streamed: "begun", status: 502 },
  },
  "what is no JSON": { script: { kind: "malformed", where: "html" }, ...both("again"), status: 502 },
  "an empty answer": { script: { kind: "malformed", where: "empty" }, ...both("again"), status: 502 },
  "429 without a hint": { script: error(429), ...both("again"), status: 429 },
  "429 with a hint": { script: error(429, { retryAfterSeconds: 1 }), ...both("again"), status: 429 },
  "429 with a hint that is too long": { script: error(429, { retryAfterSeconds: 30 }), ...both("once"), status: 429 },
  "500": { script: error(500), ...both("again"), status: 500 },
  "529": { script: error(529), ...both("again"), status: 529 },
  "no money": { script: told(429, "insufficient_quota"), ...both("once"), status: 429 },
  "401": { script: error(401), ...both("once"), status: 502 },
  "a prompt that is too long": { script: told(400, "context_length_exceeded"), ...both("once"), status: 400 },
  "refused content": { script: told(400, "content_filter"), ...both("once"), status: 400 },
  "a request that is wrong": { script: told(400, "invalid_value"), ...both("once"), status: 400 },
  "a 200 with an error inside": {
    script: { kind: "answer", body: { error: { message: "too much to do", type: "server_error" } } },
    ...{ ...both("again"), status: 500 },
  },
};

interface Way {
  readonly path: (model: string, stream: boolean) => string;
  readonly body: (model: string, stream: boolean) => object;
}

const said = [{ role: "user", content: "hello" }];
const ways: Readonly<Record<string, Way>> = {
  "OpenAI's chat": {
    path: () => "/v1/chat/completions",
    body: (model, stream) => ({ model, stream, max_tokens: 50, messages: said }),
  },
  "OpenAI's responses": {
    path: () => "/v1/responses",
    body: (model, stream) => ({ model, stream, max_output_tokens: 50, input: "hello", store: false }),
  },
  "Anthropic's messages": {
    path: () => "/v1/messages",
    body: (model, stream) => ({ model, stream, max_tokens: 50, messages: said }),
  },
  "Gemini's": {
    path: (model, stream) => `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: () => ({
      generationConfig: { maxOutputTokens: 50 },
      contents: [{ role: "user", parts: [{ text: "hello" }] }],
    }),
  },
  "Ollama's": {
    path: () => "/api/chat",
    body: (model, stream) => ({ model, stream, options: { num_predict: 50 }, messages: said }),
  },
};

/**
 * `hedge`: while another one is asked beside it. `beside`: it is the one that is asked beside another, which is slow and well. `continuation`: what
 * breaks off is gone on with by the next one.
 */
type Mode = "retry" | "next" | "fallback" | "hedge" | "beside" | "continuation";
const modes: readonly Mode[] = ["retry", "next", "fallback", "hedge", "beside", "continuation"];
/** Both are asked for a while. */
const hedge = { afterMs: 40, mostPercent: 100 };
const [faultMs, goodMs] = [150, 450];
const late = (delayMs: number, of: Script): Script => ({ kind: "slow-headers", delayMs, of });

/** What fails before its first word leads on as ever. */
function faultsOf(mode: Mode): readonly (readonly [name: string, fault: Fault])[] {
  const all = Object.entries(faults);
  return mode === "continuation" ? all.filter(([, { streamed }]) => streamed === "begun") : all;
}

const retries: AliasPolicy["retries"] = {
  ...{ attemptsPerTarget: 2, attempts: 4, on: retriedFailures },
  ...{ backoffMs: 5, maxBackoffMs: 5, maxRetryAfterMs: 1_500 },
};
/** Of silence alone: on a machine that is full, whoever is well may take his time. */
const patience = { ...noTimeouts, firstTokenMs: 4_000, idleMs: 4_000 };
const toGood = ["good/m"];
const fallbacks = { any: toGood, context_length: toGood, content_filter: toGood, rate_limit: toGood };

const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1_000 };
const scoped = (kind: "key" | "provider", id: string): LimitedScope =>
  makeScope(kind, id, { limits, budgetNanos: 1e15 });
const prices: Target["prices"] = [{ price: { input: { base: 1e9 }, output: { base: 2e9 }, version: "t" } }];
const key = scoped("key", "key-1");

const manners = ["whole", "streamed", "socket"] as const;
type Manner = (typeof manners)[number];

interface Told {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Case {
  readonly name: string;
  readonly manner: Manner;
  readonly alias: Alias;
  readonly vendor: FakeUpstream;
  readonly way: Way;
  readonly isStream: boolean;
}

/** Of a chat that has been told something before it failed the status is that of its beginning, as of a stream. */
function tellOfSocket(messages: Awaited<ReturnType<ChatPage["chat"]>>): Told {
  const last = messages.at(-1) as unknown as {
    readonly error?: { readonly status?: number };
    readonly headers?: Told["headers"];
  };
  const hasBegun = messages.length > 1 || last.error === undefined;
  return {
    status: hasBegun ? 200 : (last.error?.status ?? 0),
    text: JSON.stringify(messages),
    headers: last.headers ?? {},
  };
}

describe.each(modes)("%s", (mode) => {
  let gateway: TestGateway;
  let page: ChatPage;
  let good: FakeUpstream;
  let tls: FakeUpstream;
  const vendors: FakeUpstream[] = [];
  const cases = new Map<string, Case[]>();
  const scopes: LimitedScope[] = [key];

  const targetAt = (name: string, url: string): Target => {
    const scope = scoped("provider", name);
    scopes.push(scope);
    const type = mode === "continuation" ? "llamacpp" : "openai-compatible";
    return makeTarget(makeProvider(type, url, { id: name, name, scope }), "m", { prices });
  };

  async function caseOf(fault: string, wayName: string, manner: Manner, goodTarget: Target): Promise<Case> {
    const isStream = manner !== "whole";
    const { script: whole, streamedScript = whole, url } = faults[fault] ?? { script: chat };
    const script = isStream ? streamedScript : whole;
    const vendor = await startFakeUpstream();
    vendors.push(vendor);
    const name = `c${vendors.length}`;
    const place = url === "https" ? tls.url.replace("http:", "https:") : (url ?? `${vendor.url}/v1`);
    const target = targetAt(name, place);
    vendor.script(mode === "retry" ? [script, chat] : mode === "hedge" ? late(faultMs, script) : script);
    const timeouts = fault.startsWith("silence") ? patience : noTimeouts;
    const isHedged = mode === "hedge" || mode === "beside";
    const members = mode === "beside" ? [goodTarget, target] : [target, goodTarget];
    const alias: Alias = {
      ...{ id: name, name, strategy: "ordered", createdAt: 0 },
      targets: (mode === "retry" || mode === "fallback" ? [target] : members).map((one) => ({
        target: one,
        weight: 1,
      })),
      hedge: isHedged ? { ...hedge, aliasId: name, alias: name } : null,
      policy: {
        retries: mode === "retry" ? retries : null,
        fallbacks: mode === "fallback" ? fallbacks : {},
        timeouts,
        stickyBy: null,
        continuation: mode === "continuation" ? { attempts: 1 } : null,
      },
    };
    const way = ways[wayName];
    if (way === undefined) throw new Error("no such way");
    return { name, manner, alias, vendor, way, isStream };
  }

  async function ask({ alias, way, isStream, manner }: Case): Promise<Told> {
    const [path, body] = [way.path(alias.name, isStream), way.body(alias.name, isStream)];
    if (manner === "socket") return tellOfSocket(await page.chat(body, { id: alias.name, endpoint: path }));
    const headers = { ...keyHeader, "content-type": "application/json" };
    const response = await fetch(gateway.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    const { text } = await readBody(response);
    return { status: response.status, text, headers: Object.fromEntries(response.headers) };
  }

  beforeAll(async () => {
    good = await startFakeUpstream();
    good.script(mode === "hedge" || mode === "beside" ? late(goodMs, chat) : chat);
    tls = await startFakeUpstream();
    const goodTarget = targetAt("good", `${good.url}/v1`);
    for (const [fault] of faultsOf(mode)) {
      const asked = Object.keys(ways).flatMap((way) => manners.map((manner) => ({ way, manner })));
      cases.set(fault, await Promise.all(asked.map(({ way, manner }) => caseOf(fault, way, manner, goodTarget))));
    }
    const aliases = new Map([...cases.values()].flat().map(({ alias }) => [alias.name, alias]));
    const principals = { [testKey]: makePrincipal({ scopes: [key, makeScope("user", "user-1")] }) };
    gateway = await startGateway(makeSnapshot({ targets: [goodTarget], aliases, principals }), {
      timeouts: { retryDelayMs: 5 },
    });
    page = await ChatPage.ready(gateway.url, testKey);
  });
  afterAll(async () => {
    page.close();
    await gateway.close();
    await Promise.all([...vendors, good, tls].map((vendor) => vendor.close()));
  });

  function expected(fault: Fault, isStream: boolean) {
    const outcome = isStream ? fault.streamed : fault.whole;
    if (outcome === "begun" && mode === "continuation") return { isOk: true, hasBegun: true, provider: null };
    if (outcome === "begun") return { isOk: false, hasBegun: true, provider: null };
    const isWrong = fault === faults["a request that is wrong"];
    const isRefused = fault === faults["refused content"];
    if (mode === "fallback") return { isOk: !isWrong, hasBegun: false, provider: "good" };
    if (mode === "beside") return { isOk: true, hasBegun: false, provider: "good" };
    if (mode === "next" || mode === "hedge" || mode === "continuation")
      return { isOk: !isWrong && !isRefused, hasBegun: false, provider: "good" };
    return { isOk: outcome === "again", hasBegun: false, provider: null };
  }

  it.each(faultsOf(mode))("%s", async (name, fault) => {
    const before = gateway.records.length;
    const asked = cases.get(name) ?? [];
    await Promise.all(
      asked.map(async (one) => {
        const { alias, way, isStream, manner } = one;
        const { status, text, headers } = await ask(one);
        const { isOk, hasBegun, provider } = expected(fault, isStream);
        const about = `${name}, ${manner}, ${way.path(alias.name, isStream)}: ${text.slice(0, 300)}`;
        if (isOk) {
          expect(status, about).toBe(200);
          expect(text, about).toContain("four");
          if (provider !== null) expect(headers["x-ghostllm-provider"], about).toBe(provider);
          if (mode === "fallback") expect(headers["x-ghostllm-fallback"], about).toBe("good/m");
        } else if (hasBegun) {
          expect(status, about).toBe(200);
          expect(text, about).toMatch(/error/i);
        } else {
          expect(status, about).toBe(fault.status);
          expect(() => JSON.parse(text) as unknown, about).not.toThrow();
        }
      }),
    );
    await waitFor(() => gateway.records.length >= before + asked.length, 10_000);
    const records = gateway.records.slice(before);
    expect(records.map(({ requestedModel }) => requestedModel).toSorted()).toEqual(
      asked.map(({ alias }) => alias.name).toSorted(),
    );
    for (const { alias, isStream } of asked) {
      const record = records.find(({ requestedModel }) => requestedModel === alias.name);
      expect(record?.status === "ok", `${name} ${alias.name}`).toBe(expected(fault, isStream).isOk);
      // Both are in it, be it as one that failed, or as one that was told to stop.
      if (mode === "beside") expect([record?.attempts, record?.trail?.length], name).toEqual([2, 2]);
      if (mode === "continuation" && expected(fault, isStream).hasBegun)
        expect([record?.attempts, record?.unansweredAttempts, record?.why?.continued?.[0]?.[1]], name).toEqual([
          ...[2, 1, "continued"],
        ]);
    }
  });

  it("leaves nothing behind: nothing runs, nothing is reserved, and what was spent is what the records say", async () => {
    const counts = async () => await gateway.deps.counters.inUse(scopes);
    await waitFor(() => vendors.every((vendor) => vendor.openSockets() <= 1), 10_000);
    const all = await counts();
    expect(all.filter(({ running, reservedNanos }) => running !== 0 || reservedNanos !== 0)).toEqual([]);
    const spent = gateway.records.reduce(
      (sum, { costNanos, chargedNanos }) => sum + (chargedNanos ?? costNanos ?? 0),
      0,
    );
    expect(all[0]?.spentNanos).toBe(spent);
    const byProviders = all.slice(1).reduce((sum, { spentNanos }) => sum + (spentNanos ?? 0), 0);
    expect(byProviders).toBe(spent);
  });
});
