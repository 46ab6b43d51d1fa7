// Somebody who may change users is always left, whoever takes it from whom at the same moment, at whatever instance.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LastWhoGoverns } from "#control/store/governing.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newUser, openMigrated } from "./store-support/open.ts";

const rounds = 12;

describe.each(availableEngines())("who governs, over two instances on $name", (engine) => {
  let database: TestDatabase;
  let stores: readonly [OpenStore, OpenStore];
  let serial = 0;

  beforeAll(async () => {
    database = await engine.create();
    stores = [await openMigrated(database), await openMigrated(database)];
  });

  afterAll(async () => {
    for (const store of stores) await store.close();
    await database.dispose();
  });

  const enroll = async (role: string): Promise<string> =>
    (await stores[0].users.create(newUser(`governor${(serial += 1)}@example.com`, { role }))).id;

  /** Whoever is left of a round governs no more when the next one has begun. */
  async function governing(): Promise<readonly string[]> {
    const users = await stores[0].users.list({ limit: 500 }, "all");
    const governs = ["admin", "people"];
    return users.filter(({ role, isActive }) => isActive && governs.includes(role)).map(({ id }) => id);
  }

  type Loss = (store: OpenStore, id: string) => Promise<unknown>;
  const losses: Readonly<Record<string, Loss>> = {
    "is removed": (store, id) => store.users.remove(id),
    "is erased": (store, id) => store.erasures.begin(id),
    "has another role": (store, id) => store.users.update(id, { role: "member" }),
    "is switched off": (store, id) => store.users.update(id, { isActive: false }),
  };
  const pairs = Object.entries(losses).flatMap(([one, first]) =>
    Object.entries(losses).map(([other, second]) => [one, other, first, second] as const),
  );

  it.each(pairs)("where one %s and the other %s at once, one of them stays", async (_one, _other, first, second) => {
    const [one, other] = [await enroll("admin"), await enroll("admin")];
    for (const id of await governing()) if (![one, other].includes(id)) await stores[0].users.remove(id);
    const outcomes = await Promise.allSettled([first(stores[0], one), second(stores[1], other)]);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused.map(({ reason }) => reason instanceof LastWhoGoverns)).toEqual([true]);
    expect(await governing()).toHaveLength(1);
  });

  it("a role keeps it, too, while the only other one goes", async () => {
    const grants = { "users.update": "all" } as const;
    await stores[0].roles.create({ name: "people", description: "", grants });
    for (let round = 0; round < rounds; round += 1) {
      await stores[0].roles.update("people", { grants });
      const [holder, admin] = [await enroll("people"), await enroll("admin")];
      for (const id of await governing()) if (![holder, admin].includes(id)) await stores[0].users.remove(id);
      const outcomes = await Promise.allSettled([
        stores[0].roles.update("people", { grants: {} }),
        stores[1].users.remove(admin),
      ]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    }
  });

  it("is no matter of who has never governed", async () => {
    const member = await enroll("member");
    expect(await stores[1].users.update(member, { isActive: false })).toMatchObject({ isActive: false });
    expect(await stores[1].users.remove(member)).toBe(true);
  });
});
