// What the store finds within the reach of whoever sees to one team: of two teams never the other's, by any function that takes a reach.

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenStore } from "#control/store/open-store.ts";
import type { ApiKeyRow } from "#control/store/key-store.ts";
import type { AliasRow, Store, UserRow } from "#control/store/store.ts";
import type { TeamRow } from "#control/store/team-store.ts";
import type { Reach } from "#domain/access/may.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newKey, newUser, openMigrated } from "./store-support/open.ts";
import { makeGuardrailRow } from "./store-support/guardrails.ts";
import { makeQuestion } from "./store-support/consents.ts";
import { createRecord } from "./store-support/records.ts";

const page = { limit: 100 };
const unlimited = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: null };
const hourMs = 3_600_000;
const now = 500_000 * hourMs;

interface Side {
  readonly team: TeamRow;
  readonly user: UserRow;
  readonly key: ApiKeyRow;
  readonly recordId: string;
  readonly accountId: string;
  readonly consentId: string;
  readonly aliasId: string;
  readonly chatId: string;
  readonly guardrailId: string;
}

type Found = readonly string[];

/** What a probe asks a store for, within a reach: the ids of all that it was told of. `target` is the side whose things are named. */
type Probe = (store: OpenStore, reach: Reach, target: Side) => Promise<Found>;

const idOf = (row: { readonly id: string } | undefined): Found => (row === undefined ? [] : [row.id]);
const idsOf = (rows: readonly { readonly id: string }[]): Found => rows.map(({ id }) => id);
const time = { from: now - hourMs, to: now + hourMs };
const byTeam = { filter: time, bucket: null, dimensions: ["team"], kept: null } as const;

type IsReaching<Function> = Function extends (...given: infer Given) => unknown
  ? Reach extends Given[number]
    ? true
    : false
  : false;

type ReachingIn<Part, Name extends string> = {
  [Key in Extract<keyof Part, string>]: IsReaching<Part[Key]> extends true ? `${Name}.${Key}` : never;
}[Extract<keyof Part, string>];

/** Each function of the store that takes a reach, by name. */
type Reaching = { [Part in keyof Store]: ReachingIn<Store[Part], Part> }[keyof Store];

/** One that is missing here does not compile. */
const probes: Readonly<Record<Reaching, Probe>> = {
  "users.list": async (store, reach) => idsOf(await store.users.list(page, reach)),
  "users.find": async (store, reach, { user }) => idOf(await store.users.find(user.id, reach)),
  "apiKeys.list": async (store, reach) => idsOf(await store.apiKeys.list(page, reach)),
  "apiKeys.find": async (store, reach, { key }) => idOf(await store.apiKeys.find(key.id, reach)),
  "apiKeys.expiring": async (store, reach) => idsOf(await store.apiKeys.expiring(Date.now() + 1e10, 100, reach)),
  "apiKeys.update": async (store, reach, { key }) => idOf(await store.apiKeys.update(key.id, { name: "x" }, reach)),
  "apiKeys.rotate": async (store, reach, { key }) => {
    const material = { publicId: `gk-${randomUUID()}`, keyHash: randomUUID(), previousUntil: 1 };
    return idOf(await store.apiKeys.rotate(key.id, material, reach));
  },
  "organisations.list": async (store, reach) => idsOf(await store.organisations.list(page, reach)),
  "organisations.find": async (store, reach, { team }) =>
    idOf(await store.organisations.find(team.organisationId ?? "", reach)),
  "organisations.update": async (store, reach, { team }) =>
    idOf(await store.organisations.update(team.organisationId ?? "", { budgetNanos: 5 }, reach)),
  "organisations.remove": async (store, reach, { team }) =>
    (await store.organisations.remove(team.organisationId ?? "", reach).catch(() => true)) ? ["removed"] : [],
  "teams.list": async (store, reach) => idsOf(await store.teams.list(page, reach)),
  "teams.find": async (store, reach, { team }) => idOf(await store.teams.find(team.id, reach)),
  "teams.update": async (store, reach, { team }) => idOf(await store.teams.update(team.id, { models: null }, reach)),
  // That keys of it work is told to those alone who may know that it is there.
  "teams.remove": async (store, reach, { team }) =>
    (await store.teams.remove(team.id, reach).catch(() => true)) ? [team.id] : [],
  "teams.members": async (store, reach, { team }) =>
    (await store.teams.members(team.id, page, reach)).map(({ userId }) => userId),
  "teams.member": async (store, reach, { team, user }) => {
    const member = await store.teams.member(team.id, user.id, reach);
    return member === undefined ? [] : [member.userId];
  },
  "teams.updateMember": async (store, reach, { team, user }) => {
    const member = await store.teams.updateMember(team.id, user.id, "member", reach);
    return member === undefined ? [] : [member.userId];
  },
  "teams.removeMember": async (store, reach, { team }) =>
    (await store.teams.removeMember(team.id, "nobody", reach)) === undefined ? [] : ["removed"],
  "serviceAccounts.list": async (store, reach) => idsOf(await store.serviceAccounts.list(page, reach)),
  "serviceAccounts.find": async (store, reach, { accountId }) =>
    idOf(await store.serviceAccounts.find(accountId, reach)),
  "serviceAccounts.update": async (store, reach, { accountId }) =>
    idOf(await store.serviceAccounts.update(accountId, { isActive: true }, reach)),
  "serviceAccounts.remove": async (store, reach, { user }) =>
    (await store.serviceAccounts.remove(user.id, reach)) ? ["removed"] : [],
  "aliases.list": async (store, reach) => idsOf(await store.aliases.list(null, reach)),
  "aliases.find": async (store, reach, { aliasId }) => idOf(await store.aliases.find(aliasId, reach)),
  "aliases.update": async (store, reach, { aliasId }) =>
    idOf(await store.aliases.update(aliasId, { strategy: "weighted" }, reach)),
  "aliases.remove": async (store, reach, { aliasId }) => {
    // Of the own one there is more to ask.
    const kept = await store.aliases.find(aliasId, "all");
    if (kept === undefined || !(await store.aliases.remove(aliasId, reach))) return [];
    await store.database.kysely.insertInto("aliases").values(rowOf(kept)).execute();
    return [aliasId];
  },
  "guardrails.list": async (store, reach) => idsOf(await store.guardrails.list(null, reach)),
  "guardrails.find": async (store, reach, { guardrailId }) => idOf(await store.guardrails.find(guardrailId, reach)),
  "guardrails.update": async (store, reach, { guardrailId }) =>
    idOf(await store.guardrails.update(guardrailId, { action: "flag" }, reach)),
  "guardrails.remove": async (store, reach, { guardrailId }) => {
    // As above.
    const kept = await store.guardrails.find(guardrailId, "all");
    if (kept === undefined || !(await store.guardrails.remove(guardrailId, reach))) return [];
    return [(await store.guardrails.create(kept)).id];
  },
  "usage.list": async (store, reach) => (await store.usage.list({}, page, reach)).map(({ id }) => id),
  "usage.count": async (store, reach, { team }) => {
    const counted = await store.usage.count({ teamId: team.id }, 10, reach);
    return Array.from({ length: counted }, () => team.id);
  },
  "usage.find": async (store, reach, { recordId }) => idOf(await store.usage.find(recordId, reach)),
  "usage.series": async (store, reach) => {
    const rows = [
      ...(await store.usage.series({ ...byTeam, source: "rollups" }, reach)),
      ...(await store.usage.series({ ...byTeam, source: "log" }, reach)),
    ];
    return rows.flatMap(({ group }) => group?.[0] ?? []);
  },
  "usage.seriesForPages": async (store, reach) => {
    // Of all first: what is kept of that is nobody else's.
    await store.usage.seriesForPages({ ...byTeam, source: "rollups" }, "all");
    const rows = await store.usage.seriesForPages({ ...byTeam, source: "rollups" }, reach);
    return rows.flatMap(({ group }) => group?.[0] ?? []);
  },
  "usage.rank": async (store, reach) => {
    const asked = { filter: time, source: "rollups", bucket: null, dimensions: ["team"], kept: null } as const;
    return (await store.usage.rank(asked, "requests", 10, reach)).groups.flat();
  },
  "budgets.used": async (store, reach) =>
    (await store.budgets.used({ percent: 0, limit: 100 }, reach)).map(({ scope }) => scope.id),
  "budgets.byPeriod": async (store, reach) =>
    (await store.budgets.byPeriod({ limit: 100, since: "2000-01-01" }, reach)).map(({ scope }) => scope.id),
  "budgets.holders": async (store, reach) =>
    (await store.budgets.holders({ since: 0, workingAt: now }, reach)).map(({ scope }) => scope.id),
  "budgets.find": async (store, reach, { team, key, user, aliasId }) => {
    const scopes = [
      { kind: "alias", id: aliasId } as const,
      ...[{ kind: "team", id: team.id } as const, { kind: "key", id: key.id } as const],
      ...[{ kind: "user", id: user.id } as const, { kind: "organisation", id: team.organisationId ?? "" } as const],
    ];
    const found = await Promise.all(scopes.map((scope) => store.budgets.find(scope, 0, reach)));
    return found.flatMap((holder) => holder?.scope.id ?? []);
  },
  "budgets.course": async (store, reach, { team }) => {
    const holder = { scope: { kind: "team", id: team.id } as const, userId: null };
    const spent = await store.budgets.course({ holder, ...time, bucketMs: hourMs, offsetMs: 0 }, reach);
    return spent.map(() => team.id);
  },
  "contents.find": async (store, reach, { recordId: id }) =>
    (await store.contents.find(id, reach)) === undefined ? [] : [id],
  "consents.list": async (store, reach) => idsOf(await store.consents.list(page, reach)),
  "consents.find": async (store, reach, { consentId }) => idOf(await store.consents.find(consentId, reach)),
  "consents.decide": async (store, reach, { consentId }) => {
    const decision = { isApproved: true, note: "", validMs: null, by: null };
    return idOf(await store.consents.decide(consentId, decision, reach));
  },
  "sessions.list": async (store, reach) => idsOf(await store.sessions.list(page, reach)),
  "sessions.end": async (store, reach, { user }) => idOf(await store.sessions.end(`session of ${user.email}`, reach)),
  "chats.list": async (store, reach) => idsOf(await store.chats.list({ limit: 500 }, reach)),
  "chats.find": async (store, reach, { chatId }) => idOf(await store.chats.find(chatId, reach)),
  "chats.change": async (store, reach, { chatId }) =>
    idOf(await store.chats.change(chatId, { isArchived: true }, reach)),
  // Of the own one there is more to ask.
  "chats.remove": async (store, reach, { chatId }) => ((await store.chats.find(chatId, reach)) ? [chatId] : []),
  "views.list": async (store, reach) => idsOf(await store.views.list(page, reach)),
  "views.find": async (store, reach, { user }) => idsOf(await viewsOf(store, reach, user)),
  "views.update": async (store, reach, { user }) => idsOf(await viewsOf(store, reach, user)),
  "views.remove": async (store, reach, { user }) => idsOf(await viewsOf(store, reach, user)),
  "reports.list": async (store, reach) => idsOf(await store.reports.list(page, reach)),
  "reports.find": async (store, reach, { user }) => idOf(await store.reports.find(await reportOf(store, user), reach)),
  "reports.update": async (store, reach, { user }) =>
    idOf(await store.reports.update(await reportOf(store, user), { name: "s" }, reach)),
  "reports.remove": async (store, reach, { user }) => {
    const id = await reportOf(store, user);
    return (await store.reports.remove(id, reach)) ? [id] : [];
  },
};

function rowOf({ id, teamId, name, strategy, targets, limits, budgets, createdAt, updatedAt }: AliasRow) {
  const told = {
    targets: JSON.stringify(targets),
    rate_limit: JSON.stringify(limits),
    budgets: JSON.stringify(budgets),
  };
  return { id, team_id: teamId, name, strategy, ...told, created_at: createdAt, updated_at: updatedAt };
}

/** Made where there is none. */
async function reportOf(store: OpenStore, user: UserRow): Promise<string> {
  const known = (await store.reports.list(page, "all")).find(({ userId }) => userId === user.id);
  if (known !== undefined) return known.id;
  const schedule = { unit: "day", hour: 6, timeZone: "UTC" } as const;
  const content = { dimensions: [], periods: 1, filter: {} };
  const report = { userId: user.id, name: "r", schedule, content, webhookId: null, recipients: [] };
  return (await store.reports.create({ ...report, isActive: true, nextAt: Date.now() + 1e9 })).id;
}

/** Those of that user, changed as far as they can be within the reach. */
async function viewsOf(store: OpenStore, reach: Reach, user: UserRow): Promise<readonly { readonly id: string }[]> {
  const all = (await store.views.list(page, "all")).filter(({ userId }) => userId === user.id);
  const found = await Promise.all(
    all.map(async ({ id }) => [await store.views.find(id, reach), await store.views.update(id, { name: id }, reach)]),
  );
  return found.flat().filter((view) => view !== undefined);
}

describe.each(availableEngines())("within the reach of one team, on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let own: Side;
  let other: Side;

  async function addSide(name: string): Promise<Side> {
    const terms = {
      thresholds: [],
      rolloverNanos: null,
      increase: null,
      downgradeTo: null,
      madeAt: 0,
      timeZone: "UTC",
    };
    const budgets = [{ id: "b", span: "total", days: 0, amountNanos: 9_000, ...terms } as const];
    const bounds = { limits: unlimited, budgetNanos: 1_000, budgets };
    const organisation = await store.organisations.create({ name: `organisation of ${name}`, ...bounds });
    const team = await store.teams.create({
      membersMakeKeys: false,
      organisationId: organisation.id,
      name,
      models: null,
      ...bounds,
    });
    const user = await store.users.create(newUser(`${name}@example.com`, { budgetNanos: 1_000 }));
    await store.teams.addMember(team.id, { userId: user.id, role: "member" });
    const expiresAt = Date.now() + 1e9;
    const key = await store.apiKeys.create(newKey(user, name, { teamId: team.id, budgetNanos: 1_000, expiresAt }));
    await store.apiKeys.create(newKey(user, `${name} alone`, { budgetNanos: 1_000, expiresAt }));
    await store.views.create({ userId: user.id, page: "keys", name, search: {}, isShared: false });
    await reportOf(store, user);
    const times = { createdAt: Date.now(), expiresAt: Date.now() + 1e9, refreshAt: null, hasFactor: false };
    const place = { method: "password", address: "", userAgent: "", isBrowser: false };
    await store.sessions.create({ id: `session of ${user.email}`, userId: user.id, ...place, ...times });
    const facts = { userId: user.id, apiKeyId: key.id, teamId: team.id, organisationId: organisation.id };
    const budgetPeriods = "team:total/b,organisation:total/b";
    const record = createRecord({ ...facts, costNanos: 7, createdAt: now, budgetPeriods });
    await store.usage.insert([record, createRecord({ userId: user.id, apiKeyId: "alone", createdAt: now })]);
    const account = await store.serviceAccounts.create({ teamId: team.id, name, ...bounds });
    const asked = await store.consents.ask(makeQuestion({ keyId: key.id, userId: user.id, teamId: team.id }));
    const consentId = "id" in asked ? asked.id : "";
    const content = { requestId: record.id, createdAt: record.createdAt, contentKeyId: "k", sealed: "s" };
    await store.contents.add([{ ...content, userId: user.id, apiKeyId: key.id, teamId: team.id }]);
    const targets = [{ provider: "openai", model: "gpt-4o", weight: 1 }];
    const named = { name: "of every team", strategy: "ordered", targets } as const;
    const alias = await store.aliases.create({ ...named, teamId: team.id, limits: unlimited, budgets });
    const aliasId = alias.id;
    const chatId = `chat of ${name}`;
    const title = { content: "", contentKeyId: "k" };
    const begins = { apiKeyId: key.id, teamId: team.id, title, dialect: "openai-chat", createdAt: Date.now() };
    const turn = { requestId: "r", model: "m", turn: 0, messages: [], attachments: [] };
    await store.chats.add({ sessionId: chatId, userId: user.id, begins, ...turn });
    const guardrail = await store.guardrails.create(makeGuardrailRow({ name, holder: { kind: "team", id: team.id } }));
    const guardrailId = guardrail.id;
    return { team, user, key, recordId: record.id, accountId: account.id, consentId, aliasId, chatId, guardrailId };
  }

  beforeAll(async () => {
    database = await engine.create();
    store = await openMigrated(database);
    own = await addSide("own");
    other = await addSide("other");
  });

  afterAll(async () => {
    await store.close();
    await database.dispose();
  });

  const within = (): Reach => [{ kind: "team", id: own.team.id }];
  /** All that is of the team, and of nobody else. */
  const known = (): ReadonlySet<string> =>
    new Set([
      own.team.id,
      own.user.id,
      own.key.id,
      own.recordId,
      own.accountId,
      own.consentId,
      own.aliasId,
      own.chatId,
      own.guardrailId,
    ]);

  it.each(Object.entries(probes))("%s finds what is of the team and nothing else", async (_name, probe) => {
    const found = [...(await probe(store, within(), own)), ...(await probe(store, within(), other))];
    expect(found.filter((id) => !known().has(id))).toEqual([]);
  });

  it.each(Object.entries(probes))("%s finds nothing within nothing", async (_name, probe) => {
    expect([...(await probe(store, [], own)), ...(await probe(store, [], other))]).toEqual([]);
  });

  it.each([
    ...(["users.list", "users.find", "apiKeys.list", "apiKeys.find", "apiKeys.expiring", "apiKeys.update"] as const),
    ...(["teams.list", "teams.find", "teams.update", "teams.members", "teams.member", "teams.updateMember"] as const),
    ...(["serviceAccounts.list", "serviceAccounts.find", "serviceAccounts.update"] as const),
    "contents.find" as const,
    ...(["aliases.list", "aliases.find", "aliases.update", "aliases.remove"] as const),
    ...(["guardrails.list", "guardrails.find", "guardrails.update", "guardrails.remove"] as const),
    ...(["usage.list", "usage.find", "usage.count", "usage.series", "usage.seriesForPages", "usage.rank"] as const),
    ...(["budgets.used", "budgets.byPeriod", "budgets.holders", "budgets.find", "budgets.course"] as const),
  ])("%s finds what is of the team", async (name) => {
    expect((await probes[name](store, within(), own)).length).toBeGreaterThan(0);
  });

  it("a function that forgets the reach is caught by that", async () => {
    const forgetful: Probe = async (open) => idsOf(await open.apiKeys.list(page, "all"));
    const found = await forgetful(store, within(), own);
    expect(found.filter((id) => !known().has(id)).length).toBeGreaterThan(0);
  });
});
