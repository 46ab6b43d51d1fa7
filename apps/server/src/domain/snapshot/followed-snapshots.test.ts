import { providers as definitions } from "@ghostllm/llm";
import { describe, expect, it } from "vitest";
import { roles } from "#domain/access/roles.ts";
import { Assembly } from "./assembly.ts";
import { FollowedSnapshots } from "./followed-snapshots.ts";
import { noTimeouts } from "#domain/alias-policy.ts";
import type { KeyPart, ProviderPart, SnapshotChange, SnapshotParts, UserPart } from "./parts.ts";

const noLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

function user(id: string, changed: Partial<UserPart> = {}): UserPart {
  return { id, grants: roles.member, isActive: true, limits: noLimits, budgetNanos: null, ...changed };
}

function key(id: string, userId: string, changed: Partial<KeyPart> = {}): KeyPart {
  const facts = { teamId: null, permissions: { models: null }, limits: noLimits, budgetNanos: null, expiresAt: null };
  return { id, hash: `hash of ${id}`, publicId: `gk-${id}`, userId, ...facts, ...changed };
}

function provider(name: string): ProviderPart {
  const use = { type: "openai", baseUrl: "https://vendor.test/v1", settings: {} };
  const additions = { openSecret: JSON.stringify({ headers: { "x-team": "a secret" }, query: {} }) };
  return { id: `id of ${name}`, name, use: { ...use, credential: { openSecret: `sk-${name}` }, additions } };
}

const model = {
  ...{ id: "m1", providerId: "id of one", name: "gpt-4o", contextLength: null, listed: null, createdAt: 1 },
  ...{ inputPrice: null, outputPrice: null, cachedInputPrice: null, furtherPrices: {} },
  ...{ supportsVision: null, supportsFunctions: true, supportsStreaming: null },
};

const parts: SnapshotParts = {
  version: 7,
  organisations: [],
  teams: [],
  users: [user("ada"), user("bob")],
  keys: [key("a1", "ada"), key("a2", "ada"), key("b1", "bob")],
  providers: [provider("one"), { id: "id of two", name: "two", use: { fault: "no credential" } }],
  models: [model, { ...model, id: "m2", providerId: "id of two", name: "lost" }],
  aliases: [
    {
      ...{ id: "r1", name: "fast", strategy: "ordered", createdAt: 1 },
      targets: [{ provider: "one", model: "gpt-4o", weight: 1 }],
      policy: { retries: null, fallbacks: { any: ["one/gpt-9"] }, timeouts: noTimeouts, stickyBy: "user" },
    },
  ],
  consentPolicies: [
    {
      ...{ id: "c1", name: "dear", holder: { kind: "everyone" }, validMs: 60_000 },
      conditions: { models: ["gpt-*"], aboveNanos: 5, classes: null, hours: null },
    },
  ],
  guardrails: [
    {
      ...{ id: "g1", name: "names", holder: { kind: "everyone" }, models: null, stage: "both", action: "redact" },
      ...{ replacement: "[redacted]", onFailure: "closed", deadlineMs: 1, secret: { openSecret: "whsec" } },
      check: { kind: "text", words: ["bluebird"], wholeWords: true, patterns: [], window: 200 },
    },
  ],
  prices: null,
};

/** Control's side, and a follower to whom everything comes as it would from another thread. */
function pair() {
  const leading = Assembly.of(parts, definitions);
  const followed = new FollowedSnapshots(definitions);
  followed.open(structuredClone(leading.parts()));
  const tell = (change: SnapshotChange): boolean => {
    const { version } = leading.apply(change, leading.snapshot.version + 1);
    return followed.apply(structuredClone(change), version);
  };
  return { leading, followed, tell };
}

describe("snapshots that are followed from another thread", () => {
  it("are the same as those that are followed, credentials and additions included", () => {
    const { leading, followed } = pair();
    const snapshot = followed.current();
    expect(snapshot).toEqual(leading.snapshot);
    expect(new Map(snapshot.keys)).toEqual(new Map(leading.snapshot.keys));
    expect(snapshot.providers.get("one")?.credential?.reveal()).toBe("sk-one");
    expect(snapshot.providers.get("one")?.additions?.headers["x-team"]?.reveal()).toBe("a secret");
    expect(snapshot.providers.get("one")?.definition).toBe(definitions.find(({ type }) => type === "openai"));
    expect(snapshot.aliases.get("fast")?.targets[0]?.target).toBe(snapshot.models.get("gpt-4o")?.[0]);
    expect(snapshot.aliases.get("fast")).toMatchObject({ policy: { fallbacks: { any: ["one/gpt-9"] } }, sticky: "r1" });
    expect([...snapshot.unusableModels]).toEqual(["lost"]);
    expect(JSON.stringify([...snapshot.providers])).not.toContain("sk-one");
  });

  it("take in each change, while who holds an older one sees what he saw", () => {
    const { followed, tell } = pair();
    const before = followed.current();
    const held = before.keys.get("hash of a1");
    tell({ keys: { set: [key("a1", "ada", { budgetNanos: 5 })], gone: ["hash of b1"] } });
    tell({ users: { set: [user("ada", { grants: roles.admin, budgetNanos: 9 })], gone: [] } });
    const { keys, version } = followed.current();
    expect(version).toBe(9);
    expect(keys.has("hash of b1")).toBe(false);
    expect(keys.get("hash of a1")?.scopes.map(({ budgetNanos }) => budgetNanos)).toEqual([5, 9]);
    expect(keys.get("hash of a2")?.scopes[1]).toBe(keys.get("hash of a1")?.scopes[1]);
    expect(keys.get("hash of a2")?.grants["users.update"]).toBe("all");
    expect(before.keys.get("hash of a1")).toBe(held);
    expect(held?.scopes.map(({ budgetNanos }) => budgetNanos)).toEqual([null, null]);
    expect(before.keys.has("hash of b1")).toBe(true);
  });

  it("lose the keys of a user who is removed, and know a key that has moved by its new user", () => {
    const { followed, tell } = pair();
    tell({ keys: { set: [key("a2", "bob")], gone: [] } });
    tell({ users: { set: [user("bob", { budgetNanos: 3 })], gone: ["ada"] } });
    const { keys } = followed.current();
    expect([...keys].map(([hash]) => hash).toSorted()).toEqual(["hash of a2", "hash of b1"]);
    expect(keys.get("hash of a2")).toMatchObject({ userId: "bob", scopes: [{}, { id: "bob", budgetNanos: 3 }] });
  });

  it("keep the objects of what has not changed", () => {
    const { followed, tell } = pair();
    const before = followed.current();
    tell({ models: { set: [{ ...model, id: "m3", name: "gpt-4o-mini" }], gone: ["m2"] } });
    const after = followed.current();
    expect(after.providers.get("one")).toBe(before.providers.get("one"));
    expect(after.models.get("gpt-4o")?.[0]).toBe(before.models.get("gpt-4o")?.[0]);
    expect(after.unusableModels.size).toBe(0);
    tell({ providers: { set: [], gone: ["id of one"] } });
    expect([followed.current().models.size, followed.current().aliases.get("fast")?.targets.length]).toEqual([0, 0]);
    expect(before.models.get("gpt-4o")).toHaveLength(1);
  });

  it("notice that a change was missed, and go on from new parts", () => {
    const { leading, followed, tell } = pair();
    leading.apply({ keys: { set: [], gone: ["hash of a1"] } }, 8);
    expect(tell({ keys: { set: [], gone: ["hash of a2"] } })).toBe(false);
    expect(followed.current().keys.has("hash of a2")).toBe(true);
    followed.open(structuredClone(leading.parts()));
    expect(followed.apply({ keys: { set: [], gone: [] } }, 9)).toBe(true);
    expect(new Map(followed.current().keys)).toEqual(new Map(leading.snapshot.keys));
    expect(new FollowedSnapshots(definitions).apply({}, 1)).toBe(false);
  });
});
