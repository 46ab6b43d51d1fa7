// What else a record tells of its request: where the time went, what it was held to, what was looked for among kept answers, what could not be said.

import { afterEach, describe, expect, it } from "vitest";
import { explainRequest } from "#control/resources/request-why.ts";
import type { Alias, Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { aliasOf, cachedHello, startCachedStage, told as says } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { makePrincipal, makeScope, testKey } from "./support/gateway.ts";
import { chatPath, pause, TestClock } from "./support/stage.ts";
import { everyDialect } from "./support/talk-vendors.ts";
import { saying } from "./support/told-texts.ts";

const none = new Map<string, never>();
const names = { users: none, keys: none, teams: none, organisations: none, aliases: none, providers: none };

let stage: CachedStage;

afterEach(() => stage.close());

function why(record: UsageRecord | undefined = stage.last()) {
  if (record === undefined) throw new Error("nothing was recorded");
  return explainRequest(record, { snapshot: stage.gateway.deps.snapshots.current(), names });
}

async function ask(body: object = cachedHello, headers: Record<string, string> = {}, path = chatPath): Promise<number> {
  const response = await stage.ask(path, body, { headers });
  await response.text();
  return response.status;
}

describe("where the time went", () => {
  it("is told in phases that come to the whole", async () => {
    stage = await startCachedStage({ policy: null });
    stage.upstream.script({ kind: "slow-headers", delayMs: 60, of: says("hi") });
    await ask();
    const record = stage.last();
    const { phases } = why();
    const of = (name: string): number => phases.find((one) => one.name === name)?.us ?? 0;
    expect(phases.map(({ name }) => name)).toEqual(expect.arrayContaining(["read", "admit", "choose", "vendor"]));
    expect(of("vendor")).toBeGreaterThan(50_000);
    expect(of("read") + of("admit") + of("choose")).toBeLessThanOrEqual((record?.overheadUs ?? 0) + 3);
    const sum = phases.reduce((all, { us }) => all + us, 0);
    expect(Math.abs(sum - (record?.latencyMs ?? 0) * 1_000)).toBeLessThanOrEqual(1_100);
  });

  it("of a record of an earlier version is not told", async () => {
    stage = await startCachedStage({ policy: null });
    stage.upstream.script(says("hi"));
    await ask();
    const record = stage.last();
    if (record === undefined) throw new Error("nothing was recorded");
    expect(why({ ...record, why: null })).toMatchObject({
      phases: [],
      plans: [],
      limits: [],
      cache: null,
      held_usd: null,
    });
  });

  it("takes a few bytes of the ordinary record, and no more", async () => {
    stage = await startCachedStage({ policy: null });
    stage.upstream.script(says("hi"));
    await ask();
    const { why: facts } = stage.last() ?? {};
    expect(Object.keys(facts ?? {})).toEqual(["took"]);
    expect(JSON.stringify(facts).length).toBeLessThan(40);
  });
});

describe("what it was held to", () => {
  const limits = { requestsPerMinute: 10, tokensPerMinute: 5_000, concurrentRequests: null, requestsPerDay: 100 };
  const scopes = [
    makeScope("key", "key-1", { limits, budgetNanos: 2_000_000_000 }),
    makeScope("user", "user-1"),
    makeScope("team", "team-1", { limits: { ...limits, concurrentRequests: 3 } }),
  ];
  const principals = { [testKey]: makePrincipal({ teamId: "team-1", scopes }) };

  it("is every limit and budget of every scope, with what was left before", async () => {
    stage = await startCachedStage({ policy: null, principals });
    stage.upstream.script(says("hi"));
    await ask();
    await ask();
    const told = why().limits.map(({ scope, id, what, period, limit, left, limit_usd, left_usd }) =>
      [scope, id, period, what, limit ?? limit_usd, left ?? left_usd].join(" "),
    );
    expect(told).toEqual([
      "key key-1 minute requests 10 9",
      expect.stringMatching(/^key key-1 minute tokens 5000 49\d\d$/),
      expect.stringMatching(/^key key-1  budget 2 1\.99\d+$/),
      "key key-1 day requests 100 99",
      "team team-1 minute requests 10 9",
      expect.stringMatching(/^team team-1 minute tokens 5000 49\d\d$/),
      "team team-1  concurrency 3 3",
      "team team-1 day requests 100 99",
    ]);
    expect(Number(why().held_usd)).toBeGreaterThan(0);
    expect(Number(why().held_usd)).toBeLessThan(0.1);
  });

  it("names the budget at its cap for which another alias answers", async () => {
    const terms = { days: 0, timeZone: "UTC", madeAt: 0, thresholds: [], rolloverNanos: null, increase: null };
    const budget = { id: "b1", span: "day", ...terms, amountNanos: 1_000, downgradeTo: "small" } as const;
    const capped = makeScope("key", "key-1", { budgets: [budget] });
    const principal = makePrincipal({ scopes: [capped, makeScope("user", "user-1")] });
    stage = await startCachedStage({ policy: null, principals: { [testKey]: principal } });
    const [target] = everyDialect(stage.upstream.url);
    if (target === undefined) throw new Error("there is no vendor");
    const price = { isFree: true as const, input: { base: 0 }, output: { base: 0 }, version: "free" };
    const free: Target = {
      ...target,
      prices: [{ price }],
    };
    const small: Alias = {
      id: "s",
      name: "small",
      strategy: "ordered",
      targets: [{ target: free, weight: 1 }],
      createdAt: 0,
    };
    const dear = stage.gateway.deps.snapshots.current();
    stage.gateway.swap({ ...dear, aliases: new Map([...dear.aliases, ["small", small]]) });
    stage.upstream.script(says("hi"));
    expect(await ask({ ...cachedHello, max_tokens: 100 })).toBe(200);
    expect(why().capped).toMatchObject({ scope: "key", what: "budget", limit_usd: "0.000001" });
    expect(why().plans).toMatchObject([{ name: "small", targets: [{ decision: "answered" }] }]);
  });
});

describe("what was looked for among kept answers", () => {
  it("is the same for the same request, and says how it was found", async () => {
    const clock = new TestClock();
    stage = await startCachedStage({ clock });
    stage.upstream.script(says("hi"));
    await ask();
    const miss = why().cache;
    expect(miss).toMatchObject({ outcome: "miss", scope: "key", reason: null });
    await ask();
    expect(why().cache).toEqual({ ...miss, outcome: "hit" });
    await ask({ ...cachedHello, stream: true });
    expect(why().cache).toEqual({ ...miss, outcome: "hit" });
    expect(why().plans).toEqual([]);
    await ask(cachedHello, { "cache-control": "no-cache" });
    expect(why().cache).toEqual({ ...miss, reason: "no_cache" });
    clock.ms += 60_000;
    await ask(cachedHello, { "x-ghostllm-cache-ttl": "30" });
    expect(why().cache).toEqual({ ...miss, reason: "too_old" });
  });

  it("is nothing where the client or the request does not want it", async () => {
    stage = await startCachedStage();
    stage.upstream.script(says("hi"));
    await ask(cachedHello, { "cache-control": "no-store" });
    expect(why().cache).toEqual({ outcome: "bypass", scope: "key", digest: null, reason: "no_store" });
    await ask({ ...cachedHello, store: true });
    expect(why().cache).toMatchObject({ outcome: "bypass", digest: null });
    expect(["stored", "stateful"]).toContain(why().cache?.reason);
  });

  it("is the answer of another one who asked the same a moment before", async () => {
    stage = await startCachedStage();
    stage.upstream.script({ kind: "slow-headers", delayMs: 100, of: says("hi") });
    const both = [ask(), pause(30).then(() => ask())];
    await Promise.all(both);
    const records = stage.gateway.records.slice(-2).map((record) => why(record).cache);
    expect(records.map((one) => [one?.outcome, one?.reason])).toEqual(
      expect.arrayContaining([
        ["miss", null],
        ["hit", "joined"],
      ]),
    );
  });
});

describe("notes", () => {
  it.each([false, true])("are those that the client was told (streamed: %s)", async (stream) => {
    stage = await startCachedStage({ policy: null });
    stage.upstream.script(saying["anthropic-messages"](["hi"], stream));
    const body = { ...cachedHello, model: aliasOf("anthropic-messages"), logit_bias: { 5: 1 }, stream };
    const response = await stage.ask(chatPath, body);
    await response.text();
    expect(why().notes).toEqual(response.headers.get("x-ghostllm-notes")?.split(", "));
    expect(why().notes).toContain("logit_bias");
  });
});
