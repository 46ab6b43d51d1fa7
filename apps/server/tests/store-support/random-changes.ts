// What operators may do, in any order: for tests of what becomes of it.

import { GhostError } from "@ghostllm/contract";
import { createHash } from "node:crypto";
import { chanceFrom } from "../../../../packages/llm/src/testing/random.ts";
import type { Chance } from "../../../../packages/llm/src/testing/random.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import { newKey, newUser } from "./open.ts";
import { newModel, newProvider } from "./snapshots.ts";

const steps = 150;
const providerNames = ["openai", "openai-eu", "groq", "spare"];
const modelNames = ["gpt-4o", "gpt-4o-mini", "llama", "mine"];

interface Scene {
  readonly store: OpenStore;
  readonly chance: Chance;
  /** Different in every step. */
  readonly serial: number;
}

type Step = (scene: Scene) => Promise<unknown>;

const all = { limit: 1_000 };
const unlimited = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };

/** One of them; undefined where there is none. */
function one<Item>(chance: Chance, items: readonly Item[]): Item | undefined {
  return items.length === 0 ? undefined : chance.pick(items);
}

async function anyUser({ store, chance }: Scene) {
  return one(chance, await store.users.list(all, "all"));
}

async function anyKey({ store, chance }: Scene) {
  return one(chance, await store.apiKeys.list(all, "all"));
}

const addUser: Step = ({ store, serial, chance }) =>
  store.users.create(newUser(`${serial}@example.com`, { role: chance.pick(["admin", "member"]) }));

const changeUser: Step = async (scene) => {
  const user = await anyUser(scene);
  const { store, chance } = scene;
  const changes = [{ role: "admin" as const }, { role: "member" as const }, { budgetNanos: chance.below(9) }];
  const change = chance.pick([...changes, { isActive: false }, { isActive: true }]);
  if (user !== undefined) await store.users.update(user.id, change);
};

const addTeam: Step = async ({ store, serial, chance }) => {
  const organisation = one(chance, await store.organisations.list(all, "all"));
  const bounds = { limits: unlimited, budgetNanos: chance.below(9) };
  if (organisation === undefined || chance.below(3) === 0)
    await store.organisations.create({ name: `organisation ${serial}`, ...bounds });
  const organisationId = chance.pick([null, organisation?.id ?? null]);
  await store.teams.create({
    membersMakeKeys: false,
    organisationId,
    name: `team ${serial}`,
    models: chance.pick([null, ["gpt-*"]]),
    ...bounds,
  });
};

const changeTeam: Step = async ({ store, chance }) => {
  const team = one(chance, await store.teams.list(all, "all"));
  const organisation = one(chance, await store.organisations.list(all, "all"));
  if (team !== undefined) await store.teams.update(team.id, { models: chance.pick([null, ["a"]]) }, "all");
  if (organisation !== undefined)
    await store.organisations.update(organisation.id, { budgetNanos: chance.below(9) }, "all");
  // One that has keys stays.
  if (team !== undefined && chance.below(3) === 0) await store.teams.remove(team.id, "all").catch(() => false);
};

const addKey: Step = async (scene) => {
  const user = await anyUser(scene);
  const { store, serial, chance } = scene;
  if (user === undefined) return;
  const team = one(chance, await store.teams.list(all, "all"));
  const teamId = chance.pick([null, team?.id ?? null]);
  const keyHash = createHash("sha256").update(`${user.id} ${serial}`).digest("hex");
  const models = chance.pick([null, ["gpt-*"]]);
  await store.apiKeys.create(newKey(user, `${user.id} ${serial}`, { teamId, keyHash, permissions: { models } }));
};

const changeKey: Step = async (scene) => {
  const key = await anyKey(scene);
  const { store, chance } = scene;
  const limits = { requestsPerMinute: chance.below(9), tokensPerMinute: null, concurrentRequests: null };
  const changes = [{ isActive: false }, { isActive: true }, { limits }, { budgetNanos: null }, { expiresAt: 5 }];
  if (key !== undefined) await store.apiKeys.update(key.id, chance.pick(changes), "all");
};

const addProvider: Step = async ({ store, chance }) => {
  const name = chance.pick(providerNames);
  // Some cannot be used.
  const providerType = chance.pick(["openai", "groq", "azure-openai", "no such type"]);
  await store.providers.create(await newProvider(name, { providerType })).catch(() => undefined);
};

const changeProvider: Step = async ({ store, chance }) => {
  const provider = one(chance, await store.providers.list());
  const changes = [{ enabled: false }, { enabled: true }, { apiKeyEncrypted: null }, { apiKeyEncrypted: "broken" }];
  if (provider !== undefined) await store.providers.update(provider.id, chance.pick(changes));
};

const removeProvider: Step = async ({ store, chance }) => {
  const provider = one(chance, await store.providers.list());
  if (provider !== undefined) await store.providers.remove(provider.id);
};

const addModel: Step = async ({ store, chance }) => {
  const provider = one(chance, await store.providers.list());
  if (provider !== undefined) await store.models.add([newModel(provider.id, chance.pick(modelNames))]);
};

const changeModel: Step = async ({ store, chance }) => {
  const model = one(chance, await store.models.list());
  if (model === undefined) return;
  if (chance.below(4) === 0) await store.models.remove(model.id);
  else await store.models.update(model.id, { inputPrice: chance.below(9), outputPrice: 2, contextLength: 8 });
};

const changeAlias: Step = async ({ store, chance, serial }) => {
  const targets = [{ provider: chance.pick(providerNames), model: chance.pick(modelNames), weight: 1 }];
  const alias = one(chance, await store.aliases.list(null, "all"));
  const team = one(chance, await store.teams.list(all, "all"));
  const teamId = chance.pick([null, team?.id ?? null]);
  const way = alias === undefined ? 0 : chance.below(3);
  if (alias === undefined || way === 0)
    await store.aliases.create({ name: `alias ${serial}`, strategy: "ordered", targets, teamId });
  else if (way === 1) await store.aliases.remove(alias.id, "all");
  else await store.aliases.update(alias.id, { targets, teamId }, "all");
};

const removeUser: Step = async (scene) => {
  const user = await anyUser(scene);
  if (user !== undefined && scene.chance.below(3) === 0) await scene.store.users.remove(user.id);
};

const kinds: readonly Step[] = [
  ...[
    addTeam,
    changeTeam,
    changeTeam,
    addUser,
    addUser,
    changeUser,
    addKey,
    addKey,
    addKey,
    changeKey,
    changeKey,
    removeUser,
  ],
  ...[addProvider, changeProvider, removeProvider, addModel, addModel, changeModel, changeAlias],
];

/** `now and then` is called somewhere in between, and at the end. */
export async function changeAtRandom(store: OpenStore, seed: number, nowAndThen: () => Promise<void>): Promise<void> {
  const chance = chanceFrom(seed);
  for (let step = 0; step < steps; step += 1) {
    const change = chance.pick(kinds)({ store, chance, serial: seed * steps + step });
    // The last who governs stays.
    await change.catch((error: unknown) => {
      if (!(error instanceof GhostError && error.code === "conflict")) throw error;
    });
    if (chance.below(4) === 0) await nowAndThen();
  }
  await nowAndThen();
}
