// Of answers that are kept: whose they are. Nobody is told what was told to somebody outside of the alias's scope.

import type { CacheScope } from "@ghostllm/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cachedHello as hello, cacheOf, makeCaller, startCachedStage, told } from "./support/cached-stage.ts";
import type { CachedStage } from "./support/cached-stage.ts";
import { chatPath, TestClock } from "./support/stage.ts";

const keys = ["gk-aaaaaaaaaaaa-1", "gk-bbbbbbbbbbbb-2", "gk-cccccccccccc-3"] as const;

let stage: CachedStage;
let clock: TestClock;

beforeEach(async () => {
  clock = new TestClock();
  stage = await startCachedStage({ clock });
});
afterEach(() => stage.close());

async function restart(settings: Parameters<typeof startCachedStage>[0]): Promise<void> {
  await stage.close();
  stage = await startCachedStage({ clock, ...settings });
}

describe("whose answer it is", () => {
  const [ann, bob, cleo] = keys;

  /** All of them alike but for some of what they are known by. */
  async function start(scope: CacheScope, callers: readonly Parameters<typeof makeCaller>[1][]): Promise<void> {
    const principals = callers.map((change, at) => [keys[at] ?? "", makeCaller(String(at), change)] as const);
    await restart({ policy: { ttlSeconds: 60, scope }, principals: Object.fromEntries(principals) });
  }

  const ask = async (key: string) => cacheOf(await stage.ask(chatPath, hello, { key }));

  const same = { keyId: "k", userId: "u", teamId: "t", organisationId: "o" };
  const shared: readonly (readonly [CacheScope, keyof typeof same])[] = [
    ["key", "keyId"],
    ["user", "userId"],
    ["team", "teamId"],
    ["organisation", "organisationId"],
  ];

  it.each(shared)("the %s's alone: nobody with another %s is told it", async (scope, field) => {
    await start(scope, [same, { ...same, [field]: "other" }, same]);
    expect([await ask(ann), await ask(bob), await ask(ann), await ask(bob)]).toEqual(["miss", "miss", "hit", "hit"]);
    expect(stage.asks()).toBe(2);
  });

  it.each(shared)("the %s's: whatever else is not the same", async (scope, field) => {
    const others = { keyId: "k2", userId: "u2", teamId: "t2", organisationId: "o2", [field]: same[field] };
    await start(scope, [same, others]);
    expect([await ask(ann), await ask(bob)]).toEqual(["miss", "hit"]);
  });

  it("who is in no team and in no organisation shares with himself alone", async () => {
    const nowhere = { teamId: null, organisationId: null };
    for (const scope of ["team", "organisation"] as const) {
      await start(scope, [
        { keyId: "1", userId: "u", ...nowhere },
        { keyId: "2", userId: "v", ...nowhere },
        { keyId: "3", userId: "u", ...nowhere },
      ]);
      expect([await ask(ann), await ask(bob), await ask(cleo)]).toEqual(["miss", "miss", "hit"]);
    }
  });

  it("ids of one kind are no ids of another", async () => {
    await start("team", [
      { keyId: "1", userId: "x", teamId: null },
      { keyId: "2", userId: "y", teamId: "x" },
    ]);
    expect([await ask(ann), await ask(bob)]).toEqual(["miss", "miss"]);
  });

  it("every identity field is told apart at once: no key is ever told what was told to one outside of its scope", async () => {
    const ids = ["1", "2"];
    const people = ids.flatMap((k) =>
      ids.flatMap((u) =>
        [...ids, null].flatMap((t) =>
          [...ids, null].map((o) => ({ keyId: `${k}${u}${t}${o}`, userId: u, teamId: t, organisationId: o })),
        ),
      ),
    );
    for (const scope of ["key", "user", "team", "organisation"] as const) {
      const principals = people.map((who, at) => [`gk-tenanttenant-${at}`, makeCaller(String(at), who)] as const);
      await restart({ policy: { ttlSeconds: 60, scope }, principals: Object.fromEntries(principals) });
      const first = new Map<string, string>();
      for (const [at, who] of people.entries()) {
        const mark = `told to ${at}`;
        stage.upstream.script(told(mark));
        const text = await (await stage.ask(chatPath, hello, { key: `gk-tenanttenant-${at}` })).text();
        const tenant = tenantOf(scope, who);
        if (!first.has(tenant)) first.set(tenant, mark);
        expect(text).toContain(`"${first.get(tenant)}"`);
      }
    }
  });

  function tenantOf(
    scope: CacheScope,
    who: { keyId: string; userId: string; teamId: string | null; organisationId: string | null },
  ) {
    if (scope === "key") return who.keyId;
    if (scope === "team" && who.teamId !== null) return `team ${who.teamId}`;
    if (scope === "organisation" && who.organisationId !== null) return `organisation ${who.organisationId}`;
    return `user ${who.userId}`;
  }
});
