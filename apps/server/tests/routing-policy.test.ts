// What an alias says about failures and time, heeded before the first word to the client: retries, fallbacks by kind, timeouts.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AliasPolicy, AliasTimeouts, RetryPolicy } from "#domain/alias-policy.ts";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { Principal } from "#domain/principal.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import {
  makePrincipal,
  makeProvider,
  makeScope,
  makeSnapshot,
  makeTarget,
  startGateway,
  testKey,
} from "./support/gateway.ts";
import type { SnapshotParts, TestGateway } from "./support/gateway.ts";
import { chatPath, hello, pause, postJson, readBody, readError, waitFor } from "./support/stage.ts";

const names = ["first", "second", "third"] as const;
const routed = { ...hello, model: "routed" };
const stream = { ...routed, stream: true };
const error = (status: number, more: object = {}): Script => ({ kind: "error", status, ...more });
const chat: Script = { kind: "chat" };

let vendors: FakeUpstream[];
let targets: Target[];
let gateway: TestGateway;

beforeEach(async () => {
  vendors = await Promise.all(names.map(() => startFakeUpstream()));
  targets = vendors.map(({ url }, index) => {
    const name = names[index] ?? "";
    return makeTarget(makeProvider("openai-compatible", `${url}/v1`, { id: name, name }), "m");
  });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all(vendors.map((vendor) => vendor.close()));
});

interface Said {
  readonly retries?: Partial<RetryPolicy>;
  readonly fallbacks?: AliasPolicy["fallbacks"];
  readonly timeouts?: Partial<AliasTimeouts>;
}

const usual: RetryPolicy = {
  ...{ attemptsPerTarget: 3, attempts: 6, on: ["refused", "broken", "error", "overloaded"] },
  ...{ backoffMs: 5, maxBackoffMs: 20, maxRetryAfterMs: 1_500 },
};

function aliasOf(
  name: string,
  members: readonly (Target | undefined)[],
  said: Said = {},
  more: Partial<Alias> = {},
): Alias {
  const weighted = members.flatMap((target) => (target === undefined ? [] : [{ target, weight: 1 }]));
  const { retries, fallbacks = {}, timeouts } = said;
  const policy = {
    ...{ retries: retries === undefined ? null : { ...usual, ...retries }, fallbacks },
    timeouts: { ...noTimeouts, ...timeouts },
    stickyBy: null,
  };
  return { id: name, name, strategy: "ordered", targets: weighted, policy, createdAt: 0, ...more };
}

type Settings = Parameters<typeof startGateway>[1];

interface Setting extends NonNullable<Settings> {
  readonly principal?: Partial<Principal>;
  readonly snapshot?: Partial<SnapshotParts>;
}

async function start(aliases: readonly Alias[], { principal, snapshot, ...settings }: Setting = {}): Promise<void> {
  const principals = { [testKey]: makePrincipal(principal) };
  const named = new Map(aliases.map((alias) => [alias.name, alias]));
  gateway = await startGateway(makeSnapshot({ targets, principals, aliases: named, ...snapshot }), {
    random: () => 0,
    ...settings,
  });
}

function script(...scripts: readonly (Script | readonly Script[])[]): void {
  scripts.forEach((one, index) => vendors[index]?.script(one));
}

const ask = (body: object = routed, headers: Record<string, string> = {}, path = chatPath): Promise<Response> =>
  postJson(gateway.url + path, body, { headers });
const asked = (): readonly number[] => vendors.map(({ received }) => received.length);
const from = (response: Response): readonly (string | null)[] =>
  ["x-ghostllm-provider", "x-ghostllm-fallback"].map((name) => response.headers.get(name));

describe("retries", () => {
  it.each<[string, Script]>([
    ["500", error(500)],
    ["529", error(529)],
    ["an answer that breaks off", { kind: "cut", after: { bytes: 20 }, of: chat }],
    ["an answer that makes no sense", { kind: "malformed", where: "json" }],
    ["a connection that dies", { kind: "cut", after: "connect" }],
    [
      "a 200 with an error inside",
      { kind: "answer", body: { error: { message: "overloaded", type: "server_error" } } },
    ],
  ])("ask the same target again after %s, and then the next one", async (_name, failing) => {
    await start([aliasOf("routed", targets, { retries: {} })]);
    script([failing, failing, chat]);
    expect(from(await ask())).toEqual(["first", null]);
    script(failing);
    expect(from(await ask())).toEqual(["second", null]);
    expect(asked()).toEqual([6, 1, 0]);
    expect(gateway.records.map(({ attempts, trail }) => [attempts, trail?.length])).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });

  it("are of the failures that are named alone", async () => {
    await start([aliasOf("routed", targets, { retries: { on: ["rate_limit"] } })]);
    script(error(500), [error(429), chat]);
    expect(from(await ask())).toEqual(["second", null]);
    expect(asked()).toEqual([1, 2, 0]);
  });

  it("after silence, where that is named", async () => {
    await start([aliasOf("routed", targets, { retries: { on: ["timeout"] }, timeouts: { firstTokenMs: 60 } })]);
    script([{ kind: "stall", after: "connect" }, chat]);
    expect(from(await ask())).toEqual(["first", null]);
    expect(asked()).toEqual([2, 0, 0]);
  });

  it("never of what the account or the request is at fault for", async () => {
    await start([aliasOf("routed", targets, { retries: { on: ["error", "rate_limit", "broken"] } })]);
    script(error(401), error(402, { message: "pay" }), error(400));
    expect((await ask()).status).toBe(400);
    expect(asked()).toEqual([1, 1, 1]);
  });

  it("are bounded in all", async () => {
    await start([aliasOf("routed", targets, { retries: { attempts: 4 } })]);
    script(error(500), error(503), error(500));
    expect((await ask()).status).toBe(503);
    expect(asked()).toEqual([3, 1, 0]);
  });

  it("wait longer each time, and not for ever", async () => {
    await start([
      aliasOf("routed", targets.slice(0, 1), { retries: { attemptsPerTarget: 4, backoffMs: 40, maxBackoffMs: 80 } }),
    ]);
    script(error(500));
    await ask();
    const times = (gateway.records[0]?.trail ?? []).map(({ startedMs, ms }) => [startedMs, startedMs + ms] as const);
    const pauses = times.slice(1).map(([startedAt], index) => startedAt - (times[index]?.[1] ?? 0));
    expect(pauses.map((ms, index) => ms >= ([39, 79, 79][index] ?? 0) && ms < 400)).toEqual([true, true, true]);
  });

  it("heed what the vendor says about coming back, as far as the alias allows", async () => {
    await start([aliasOf("routed", targets, { retries: { on: ["rate_limit"], maxRetryAfterMs: 1_500 } })]);
    script([error(429, { retryAfterSeconds: 1 }), chat]);
    const startedAt = performance.now();
    expect(from(await ask())).toEqual(["first", null]);
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    script([error(429, { retryAfterSeconds: 5 }), chat]);
    expect(from(await ask())).toEqual(["second", null]);
  });

  it("end when the client leaves while they wait: nobody is asked any more", async () => {
    await start([aliasOf("routed", targets.slice(0, 1), { retries: { backoffMs: 30_000, maxBackoffMs: 30_000 } })]);
    script(error(500));
    const left = new AbortController();
    const response = postJson(gateway.url + chatPath, routed, { signal: left.signal }).catch(() => null);
    await vendors[0]?.waitForRequest(1);
    await pause(50);
    left.abort();
    await response;
    await waitFor(() => gateway.records.length === 1, 2_000);
    expect(gateway.records).toMatchObject([{ status: "client_abort" }]);
    expect(asked()).toEqual([1, 0, 0]);
  });

  it("a provider's room is not taken while they wait", async () => {
    const scope = makeScope("provider", "first", {
      limits: { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 },
    });
    targets = targets.map((target, index) =>
      index === 0 ? { ...target, provider: { ...target.provider, scope } } : target,
    );
    await start([aliasOf("routed", targets.slice(0, 1), { retries: { backoffMs: 300, maxBackoffMs: 300 } })]);
    script([error(500), chat]);
    const slow = ask();
    await vendors[0]?.waitForRequest(1);
    await pause(60);
    expect((await ask({ ...hello, model: "first/m" })).status).toBe(200);
    expect((await slow).status).toBe(200);
  });

  it("are none of a count of tokens", async () => {
    await start([aliasOf("routed", targets, { retries: {} })]);
    script(error(500), error(500), error(500));
    expect((await ask({ ...routed, max_tokens: 5 }, {}, "/v1/messages/count_tokens")).status).toBe(200);
    expect(Math.max(...asked())).toBeLessThan(2);
  });
});

describe("fallbacks", () => {
  const [one, two, three] = [0, 1, 2];
  const tooLong = error(400, { code: "context_length_exceeded" });
  const refused: Script = {
    kind: "answer",
    status: 400,
    body: { error: { message: "refused", type: "invalid_request_error", code: "content_filter" } },
  };

  it.each<[string, Script, readonly (string | null)[]]>([
    ["an error of the vendor's", error(500), ["second", "other"]],
    ["a rate limit", error(429), ["third", "third/m"]],
    ["an account without money", error(402, { message: "pay" }), ["third", "third/m"]],
    ["a prompt that is too long", tooLong, ["second", "other"]],
    ["a refused credential", error(401), ["second", "other"]],
  ])("by kind: %s", async (_name, failing, told) => {
    const fallbacks = { any: ["other"], rate_limit: ["third/m"] };
    await start([aliasOf("routed", [targets[one]], { fallbacks }), aliasOf("other", [targets[two]])]);
    script(failing);
    for (const body of [routed, stream]) {
      const response = await ask(body);
      expect([response.status, from(response)]).toEqual([200, told]);
      await response.text();
    }
    await waitFor(() => gateway.records.length === 2);
    for (const record of gateway.records)
      expect(record).toMatchObject({ requestedModel: "routed", provider: told[0], attempts: 2, status: "ok" });
  });

  it("refused content leads on by its own list alone", async () => {
    await start([aliasOf("routed", [targets[one]], { fallbacks: { any: ["second/m"] } })]);
    script(refused);
    expect((await readError(await ask())).code).toBe("content_filter");
    await gateway.close();
    await start([aliasOf("routed", targets.slice(0, 2), { fallbacks: { content_filter: ["third/m"] } })]);
    expect(from(await ask())).toEqual(["third", "third/m"]);
    expect(asked()).toEqual([2, 0, 1]);
  });

  it("come behind all targets of the alias, in their order, and take the place of the last one's second chance", async () => {
    const fallbacks = { any: ["gone", "nobody/m", "second/m", "third/m"] };
    await start([aliasOf("routed", [targets[one]], { fallbacks })]);
    script(error(500), error(500), [error(503), chat]);
    expect(from(await ask())).toEqual(["third", "third/m"]);
    expect(asked()).toEqual([1, 1, 2]);
  });

  it("lead on to what they lead to themselves, and never to a name twice", async () => {
    const aliases = [
      aliasOf("routed", [targets[one]], { fallbacks: { any: ["other"] } }),
      aliasOf("other", [targets[two]], { fallbacks: { any: ["routed", "last"] } }),
      aliasOf("last", [targets[three]], { fallbacks: { any: ["other", "routed"] } }),
    ];
    await start(aliases);
    script(error(500), error(500), error(500));
    expect((await ask()).status).toBe(500);
    expect(asked()).toEqual([1, 1, 2]);
    expect(gateway.records).toMatchObject([{ attempts: 4 }]);
  });

  it("of what is too long before anybody is asked", async () => {
    targets = targets.map((target, index) => (index === 0 ? { ...target, contextLength: 1_000 } : target));
    await start([aliasOf("routed", [targets[one]], { fallbacks: { context_length: ["second/m"] } })]);
    const long = { ...routed, messages: [{ role: "user", content: "word ".repeat(30_000) }] };
    expect(from(await ask(long))).toEqual(["second", "second/m"]);
    expect(asked()).toEqual([0, 1, 0]);
    script(chat, error(500));
    expect((await ask(long)).status).toBe(500);
  });

  it("of a provider that has no room", async () => {
    const scope = makeScope("provider", "first", {
      limits: { requestsPerMinute: 1, tokensPerMinute: null, concurrentRequests: null },
    });
    targets = targets.map((target, index) =>
      index === 0 ? { ...target, provider: { ...target.provider, scope } } : target,
    );
    await start([aliasOf("routed", [targets[one]], { fallbacks: { rate_limit: ["second/m"] } })]);
    expect(from(await ask())).toEqual(["first", null]);
    expect(from(await ask())).toEqual(["second", "second/m"]);
    expect(gateway.records[1]?.trail).toMatchObject([{ reason: "provider_limit" }, { provider: "second" }]);
  });

  it("not behind the first word", async () => {
    await start([aliasOf("routed", [targets[one]], { fallbacks: { any: ["second/m"] } })]);
    script({ kind: "cut", after: { chunks: 2 }, of: { kind: "chat", chunks: 9 } });
    const { text } = await readBody(await ask(stream));
    expect(text).toContain('"provider_error"');
    expect(asked()).toEqual([1, 0, 0]);
  });

  it.each<[string, object, string]>([
    ["messages", { ...routed, max_tokens: 9 }, "/v1/messages"],
    ["responses", { model: "routed", input: "x", store: false }, "/v1/responses"],
    ["Gemini's", { contents: [{ role: "user", parts: [{ text: "x" }] }] }, "/v1beta/models/routed:generateContent"],
    ["Ollama's", { ...routed, stream: false }, "/api/chat"],
    ["embeddings", { model: "routed", input: "x" }, "/v1/embeddings"],
    ["moderations", { model: "routed", input: "x" }, "/v1/moderations"],
  ])("in every dialect and operation: %s", async (_name, body, path) => {
    await start([aliasOf("routed", [targets[one]], { fallbacks: { any: ["second/m"] } })]);
    script(error(500));
    expect(from(await ask(body, {}, path))).toEqual(["second", "second/m"]);
  });
});

describe("fallbacks and rights", () => {
  const house = (fallbacks: AliasPolicy["fallbacks"]) =>
    new Map([["team-1", new Map([["routed", aliasOf("routed", [targets[0]], { fallbacks })]])]]);

  it("of a team's alias lead to what the team may use, and nowhere else", async () => {
    const principal = { teamId: "team-1", teamModels: ["first/m", "third/m"] };
    const other = new Map([["other", aliasOf("other", [targets[1]])]]);
    const teamAliases = house({ any: ["other", "second/m", "third/m"] });
    await start([], { principal, snapshot: { aliases: other, teamAliases } });
    script(error(500));
    expect(from(await ask())).toEqual(["third", "third/m"]);
    expect(asked()).toEqual([1, 0, 1]);
  });

  it("of everybody's alias are covered by the permission for its name", async () => {
    await start([aliasOf("routed", [targets[0]], { fallbacks: { any: ["second/m"] } })], {
      principal: { permissions: { models: ["routed"] } },
    });
    script(error(500));
    expect(from(await ask())).toEqual(["second", "second/m"]);
  });

  it("lead to nothing that somebody would have to agree to", async () => {
    const policy = {
      ...{ id: "p", name: "dear", holder: { kind: "everyone" }, approvers: { kind: "role", name: "admin" } },
      conditions: { models: ["second/m"], aboveNanos: null, classes: null, hours: null },
      ...{ validMs: 1_000, waitMs: 0 },
    };
    // Only what asks for consent reads the rest of it.
    const consents = [policy] as unknown as SnapshotParts["consents"] & object;
    await start([aliasOf("routed", [targets[0]], { fallbacks: { any: ["second/m", "third/m"] } })], {
      snapshot: { consents },
    });
    script(error(500));
    expect(from(await ask())).toEqual(["third", "third/m"]);
  });
});

describe("fallbacks and money", () => {
  const priced = (dollars: number): Pick<Target, "prices"> => ({
    prices: [{ price: { input: { base: dollars * 1e9 }, output: { base: dollars * 1e9 }, version: "t" } }],
  });
  const budgeted = (nanos: number): Partial<Principal> => ({
    scopes: [makeScope("key", "key-1", { budgetNanos: nanos }), makeScope("user", "user-1")],
  });
  const fallbacks = { any: ["second/m", "third/m"] };
  const held = async () => gateway.deps.counters.inUse([makeScope("key", "key-1")]);

  it("a dearer model is held against the budget before it is asked, and left out where there is no room", async () => {
    targets = targets.map((target, index) => ({ ...target, ...priced([1, 1_000, 2][index] ?? 1) }));
    await start([aliasOf("routed", [targets[0]], { fallbacks })], { principal: budgeted(5_000_000) });
    script(error(500));
    expect(from(await ask({ ...routed, max_tokens: 100 }))).toEqual(["third", "third/m"]);
    expect(asked()).toEqual([1, 0, 1]);
    expect(await held()).toMatchObject([{ running: 0, reservedNanos: 0 }]);
  });

  it("is charged what it costs", async () => {
    targets = targets.map((target, index) => ({ ...target, ...priced([1, 10, 2][index] ?? 1) }));
    await start([aliasOf("routed", [targets[0]], { fallbacks })], { principal: budgeted(1e9) });
    script(error(500), { kind: "chat", usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 } });
    expect(from(await ask({ ...routed, max_tokens: 100 }))).toEqual(["second", "second/m"]);
    expect(gateway.records).toMatchObject([{ costNanos: 200_000, model: "m", provider: "second" }]);
    expect(await held()).toMatchObject([{ reservedNanos: 0, spentNanos: 200_000 }]);
  });

  it("a model whose price nobody knows is none for a key with a budget", async () => {
    targets = targets.map((target, index) => (index === 1 ? target : { ...target, ...priced(1) }));
    await start([aliasOf("routed", [targets[0]], { fallbacks })], { principal: budgeted(1e9) });
    script(error(500));
    expect(from(await ask({ ...routed, max_tokens: 100 }))).toEqual(["third", "third/m"]);
  });

  it("an alias that is led on to has its own limits and budgets, which are charged", async () => {
    targets = targets.map((target) => ({ ...target, ...priced(1) }));
    const scope = makeScope("alias", "other", {
      budgetNanos: 1e9,
      limits: { requestsPerMinute: 1, tokensPerMinute: null, concurrentRequests: null },
    });
    const other = aliasOf("other", [targets[1]], {}, { scope });
    await start([aliasOf("routed", [targets[0]], { fallbacks: { any: ["other", "third/m"] } }), other]);
    script(error(500), { kind: "chat", usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 } });
    expect(from(await ask())).toEqual(["second", "other"]);
    expect(gateway.records).toMatchObject([{ providerCharges: "alias@other=20000" }]);
    expect(await gateway.deps.counters.inUse([scope])).toMatchObject([
      { running: 0, spentNanos: 20_000, reservedNanos: 0 },
    ]);
    expect(from(await ask())).toEqual(["third", "third/m"]);
    expect(gateway.records[1]?.trail).toMatchObject([{}, { reason: "alias_limit" }, {}]);
  });
});

describe("timeouts", () => {
  const stalled: Script = { kind: "stall", after: "headers", of: chat };

  it.each<[string, object, Script]>([
    ["no word", routed, { kind: "stall", after: "connect" }],
    ["no word of a stream", stream, { kind: "stall", after: "connect" }],
    ["a stream that begins and says nothing", stream, stalled],
    ["a stream that names its speaker and says nothing", stream, { kind: "stall", after: { chunks: 0 }, of: chat }],
  ])("first_token_ms: %s leads to the next target", async (_name, body, script0) => {
    await start([aliasOf("routed", targets, { timeouts: { firstTokenMs: 400 } })]);
    script(script0);
    const response = await ask(body);
    expect(from(response)).toEqual(["second", null]);
    await response.text();
    await waitFor(() => gateway.records.length === 1);
    expect(gateway.records[0]?.trail).toMatchObject([{ reason: "timeout" }, { reason: null }]);
    await vendors[0]?.waitUntil(() => vendors[0]?.openSockets() === 0, 1_000);
  });

  it("first_token_ms: an answer that has begun may take longer, streamed or not", async () => {
    await start([aliasOf("routed", targets, { timeouts: { firstTokenMs: 250 } })]);
    script({ kind: "chat", chunks: 8, paceMs: 80 });
    expect(await (await ask(stream)).text()).toContain("[DONE]");
    script({ kind: "chat", writeBytes: 60, paceMs: 80 });
    expect((await ask()).status).toBe(200);
    expect(gateway.records.map(({ trail }) => trail)).toEqual([null, null]);
    expect(asked()).toEqual([2, 0, 0]);
  });

  it("idle_ms: a stream that falls silent ends, and an answer that does is asked for elsewhere", async () => {
    await start([aliasOf("routed", targets, { timeouts: { idleMs: 200 } })]);
    script({ kind: "stall", after: { chunks: 2 }, of: { kind: "chat", chunks: 9 } });
    const startedAt = performance.now();
    const { text } = await readBody(await ask(stream));
    expect(text).toContain("timeout_error");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    script({ kind: "stall", after: { bytes: 30 }, of: chat });
    expect(from(await ask())).toEqual(["second", null]);
  });

  it("connect_ms: an address that does not answer", async () => {
    // Of a net that is for documents: nobody is there, and nobody says so.
    const silent = makeTarget(
      makeProvider("openai-compatible", "http://192.0.2.1:9/v1", { id: "s", name: "silent" }),
      "m",
    );
    await start([aliasOf("routed", [silent, ...targets], { timeouts: { connectMs: 150 } })]);
    const startedAt = performance.now();
    expect(from(await ask())).toEqual(["first", null]);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(gateway.records[0]?.trail).toMatchObject([{ reason: "connect" }, {}]);
  });

  it("total_ms: of the whole request, whoever is asked and waited for", async () => {
    const said = {
      timeouts: { totalMs: 300 },
      retries: { backoffMs: 150, maxBackoffMs: 150, attemptsPerTarget: 9, attempts: 20 },
    };
    await start([aliasOf("routed", targets, said)]);
    script(error(500));
    const startedAt = performance.now();
    const response = await ask();
    expect([response.status, (await readError(response)).code]).toEqual([504, "timeout_error"]);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(asked()[1]).toBe(0);
    expect(gateway.records).toMatchObject([{ status: "timeout" }]);
  });

  it("of the name that a request is led on to are its own", async () => {
    const aliases = [
      aliasOf("routed", [targets[0]], { fallbacks: { any: ["other", "third/m"] } }),
      aliasOf("other", [targets[1]], { timeouts: { firstTokenMs: 60 } }),
    ];
    await start(aliases);
    script(error(500), { kind: "stall", after: "connect" });
    expect(from(await ask())).toEqual(["third", "third/m"]);
  });

  it.each([
    ["x-ghostllm-timeout-ms", "120"],
    ["x-ghostllm-first-token-timeout-ms", "60"],
  ])("%s: a client that wants it sooner, for any name", async (header, value) => {
    await start([aliasOf("routed", targets, { timeouts: { totalMs: 60_000, firstTokenMs: 50_000 } })]);
    const silent: Script = { kind: "stall", after: "connect" };
    script(silent, silent, silent);
    for (const model of ["routed", "first/m"]) {
      const response = await ask({ ...hello, model }, { [header]: value });
      expect([response.status, (await readError(response)).code]).toEqual([504, "timeout_error"]);
    }
    const wrong = await ask(routed, { [header]: "soon" });
    expect([wrong.status, (await readError(wrong)).param]).toEqual([400, header]);
  });

  it("x-ghostllm-idle-timeout-ms: a stream that falls silent ends", async () => {
    await start([aliasOf("routed", targets)]);
    script({ kind: "stall", after: { chunks: 2 }, of: { kind: "chat", chunks: 9 } });
    const startedAt = performance.now();
    const { text } = await readBody(await ask(stream, { "x-ghostllm-idle-timeout-ms": "150" }));
    expect(text).toContain("timeout_error");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("of a key hold for whatever it asks for, and the shortest of all counts", async () => {
    const timeouts = { ...noTimeouts, firstTokenMs: 80 };
    const principal = { permissions: { models: null, timeouts } };
    await start([aliasOf("routed", targets, { timeouts: { firstTokenMs: 30_000 } })], { principal });
    script({ kind: "stall", after: "connect" });
    expect(from(await ask())).toEqual(["second", null]);
    expect(from(await ask({ ...hello, model: "third/m" }))).toEqual(["third", null]);
    script({ kind: "chat" }, { kind: "chat" }, { kind: "stall", after: "connect" });
    const response = await ask({ ...hello, model: "third/m" }, { "x-ghostllm-first-token-timeout-ms": "30000" });
    expect([response.status, (await readError(response)).code]).toEqual([504, "timeout_error"]);
  });
});
