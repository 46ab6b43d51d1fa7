// What the admin API leaves in the audit log: every route that changes something, and everybody who failed or was refused.

import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adminRouteList, adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoute, AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { readStream } from "@ghostllm/contract/read-stream";
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { adminKey, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { makeQuestion } from "./store-support/consents.ts";

type RouteOf<Group> = Group extends Readonly<Record<string, AdminRoute>> ? Group[keyof Group] : never;
type AnyRoute = RouteOf<AdminRoutes[keyof AdminRoutes]>;
type ChangingId = Exclude<AnyRoute, { readonly method: "GET" }>["id"];
type Entry = RouteAnswer<AdminRoutes["audit"]["get"]>;

interface Call {
  /** Of what it is called for. */
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly as?: string;
}

interface Case {
  readonly prepare: () => Promise<Call>;
  /** What it leaves. */
  readonly actions: readonly string[];
  /** It can be asked for by everybody, and is refused here. */
  readonly isRefused?: true;
}

const password = "correct horse battery";
const canary = "canary-5f1d0c";

let plane: AdminPlane;
let directory: string;
let serial = 0;
const next = (): string => `n${(serial += 1)}`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-audit-"));
  const priceSource = join(directory, "list.json");
  const model = { id: "gpt-9", match: { equals: "gpt-9" }, prices: { input_mtok: 1, output_mtok: 8 } };
  await writeFile(priceSource, JSON.stringify([{ id: "openai", models: [model] }]));
  plane = await startAdminPlane({ priceSource, trustedProxies: ["127.0.0.1"] });
});
afterAll(async () => {
  await plane.close();
  await rm(directory, { recursive: true, force: true });
});

const newUser = () => plane.admin.users.create({ body: { email: `${next()}@example.com`, password } });
const newKey = async () => plane.admin.apiKeys.create({ body: { name: next(), user_id: (await newUser()).id } });
const newProvider = () =>
  plane.admin.providers.create({ body: { name: next(), provider_type: "openai", api_key: `sk-${canary}` } });
const newModel = async () =>
  plane.admin.models.create({ body: { provider_id: (await newProvider()).id, name: next() } });
const newAlias = async () => {
  const { name: provider } = await newProvider();
  return plane.admin.aliases.create({ body: { name: next(), targets: [{ provider, model: "gpt-4o" }] } });
};
const newWebhook = () =>
  plane.admin.webhooks.create({ body: { name: next(), url: "https://example.com/hook", types: ["key.created"] } });

async function adminSession(): Promise<string> {
  const email = `${next()}@example.com`;
  await plane.admin.users.create({ body: { email, password, role: "admin" } });
  return (await plane.as(null).sessions.create({ body: { email, password } })).token;
}

const newReport = async () => {
  const webhook = await newWebhook();
  const body = { name: next(), schedule: { every: "day" }, webhook_id: webhook.id } as const;
  return plane.as(await adminSession()).reports.create({ body });
};

async function newSession(): Promise<string> {
  const { email } = await newUser();
  return (await plane.as(null).sessions.create({ body: { email, password } })).token;
}

async function sessionOf(): Promise<{ readonly id: string; readonly userId: string }> {
  const { id: userId, email } = await newUser();
  await plane.as(null).sessions.create({ body: { email, password } });
  const [session] = (await plane.admin.sessions.list({ query: { user_id: userId } })).data;
  return { id: session?.id ?? "", userId };
}

const newMethod = () =>
  plane.admin.signInMethods.create({
    body: { label: next(), issuer: "https://issuer.example.com", client_id: "c", client_secret: `secret-${canary}` },
  });
const newOrganisation = () => plane.admin.organisations.create({ body: { name: next() } });
const newTeam = () => plane.admin.teams.create({ body: { name: next() } });

async function newRole(): Promise<string> {
  const body = { name: `role-${next()}`.toLowerCase(), permissions: { "usage.read": "all" } } as const;
  return (await plane.admin.roles.create({ body })).name;
}

const newAccount = async () =>
  plane.admin.serviceAccounts.create({ body: { name: next(), team_id: (await newTeam()).id } });

/** Of a team that lets its members make keys. */
async function newOwner() {
  const { id: teamId } = await plane.admin.teams.create({ body: { name: next(), members_make_keys: true } });
  const { id, email } = await newUser();
  await plane.admin.teams.addMember({ params: { id: teamId }, body: { user_id: id } });
  return { teamId, token: (await plane.as(null).sessions.create({ body: { email, password } })).token };
}

async function newOwnKey(body?: object): Promise<Call> {
  const { token, teamId } = await newOwner();
  const { id } = await plane.as(token).ownKeys.create({ body: { name: next(), team_id: teamId } });
  return { as: token, params: { id }, ...(body !== undefined && { body }) };
}

async function newMember(): Promise<Call> {
  const [{ id }, { id: userId }] = [await newTeam(), await newUser()];
  await plane.admin.teams.addMember({ params: { id }, body: { user_id: userId } });
  return { params: { id, user_id: userId } };
}

async function newConsent(): Promise<Call> {
  const { id: userId } = await newUser();
  const { id: keyId } = await plane.admin.apiKeys.create({ body: { name: next(), user_id: userId } });
  const asked = await plane.store.consents.ask(makeQuestion({ keyId, userId }));
  return { params: { id: "id" in asked ? asked.id : "none" }, body: { note: "as you like" } };
}

const newConsentPolicy = () => plane.admin.consentPolicies.create({ body: { name: next(), models: ["gpt-9"] } });

async function newView(as: string) {
  return plane.as(as).views.create({ body: { page: "keys", name: next(), search: {} } });
}

async function settledDelivery(): Promise<Call> {
  const { id } = await newWebhook();
  const { webhooks } = plane.store;
  const row = await webhooks.find(id);
  const delivery = { sequence: 1, eventId: "e", eventName: "key.created", partitionKey: "k", event: "{}" };
  await webhooks.enqueue({ id, told: row?.told ?? 0 }, 1, [delivery]);
  const [waiting] = await webhooks.deliveries(id, { limit: 1 });
  const done = { state: "delivered", attempts: 1, nextAt: 0, lastStatus: 200, lastError: null } as const;
  await webhooks.settle(waiting?.id ?? "", done);
  return { params: { id, delivery_id: waiting?.id ?? "" } };
}

/** Somebody who has signed in, and has begun to set up a second factor. */
async function beginner() {
  const as = await newSession();
  const { secret } = await plane.as(as).secondFactor.begin({ body: { password } });
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: plane.clock.nowMs });
  return { as, code };
}

async function factorOwner() {
  const { as, code } = await beginner();
  await plane.as(as).secondFactor.confirm({ body: { code } });
  return { as, id: (await plane.as(as).sessions.me()).user?.id ?? "" };
}

const of = async (made: Promise<{ readonly id: string }>, body?: object): Promise<Call> => {
  const params = { id: (await made).id };
  return body === undefined ? { params } : { params, body };
};

/** How each is called so that it changes something, and what the log has then. A route that is not here does not compile. */
const cases: Readonly<Record<ChangingId, Case>> = {
  "sessions.create": {
    prepare: async () => ({ body: { email: (await newUser()).email, password } }),
    actions: ["session.created"],
  },
  "sessions.createForBrowser": {
    prepare: async () => ({ body: { email: (await newUser()).email, password } }),
    actions: ["session.created"],
  },
  "sessions.end": { prepare: async () => ({ as: await newSession() }), actions: ["session.ended"] },
  "sessions.remove": {
    prepare: async () => ({ params: { id: (await sessionOf()).id } }),
    actions: ["session.ended"],
  },
  "sessions.removeOfUser": {
    prepare: async () => ({ params: { id: (await sessionOf()).userId } }),
    actions: ["session.ended"],
  },
  "secondFactor.begin": {
    prepare: async () => ({ as: await newSession(), body: { password } }),
    actions: ["second_factor.begin"],
  },
  "secondFactor.confirm": {
    prepare: async () => {
      const { as, code } = await beginner();
      return { as, body: { code } };
    },
    actions: ["second_factor.confirm"],
  },
  "secondFactor.remove": {
    prepare: async () => ({ as: (await factorOwner()).as, body: { password } }),
    actions: ["second_factor.remove"],
  },
  "secondFactor.reset": {
    prepare: async () => ({ params: { id: (await factorOwner()).id } }),
    actions: ["second_factor.reset"],
  },
  "passwords.createLink": { prepare: () => of(newUser(), {}), actions: ["password.create_link"] },
  "passwords.forgotten": {
    prepare: async () => ({ body: { email: "nobody@example.com" } }),
    actions: [],
    isRefused: true,
  },
  "passwords.useLink": {
    prepare: async () => {
      const { token } = await plane.admin.passwords.createLink({ params: { id: (await newUser()).id }, body: {} });
      return { body: { token, password: `password ${canary}` } };
    },
    actions: ["user.changed"],
  },
  "passwords.change": {
    prepare: async () => ({ as: await newSession(), body: { present: password, password: `password ${canary}` } }),
    actions: ["user.changed"],
  },
  "scim.createToken": { prepare: async () => ({ body: { name: next() } }), actions: ["scim.create_token"] },
  "scim.removeToken": {
    prepare: () => of(plane.admin.scim.createToken({ body: { name: next() } })),
    actions: ["scim.remove_token"],
  },
  "scim.updateRoles": { prepare: async () => ({ body: { default_role: "member" } }), actions: ["scim.update_roles"] },
  "signIn.begin": {
    prepare: async () => ({ body: { method: "none", return_url: `${plane.url}/console/sign-in/return`, to: "/" } }),
    ...{ actions: [], isRefused: true },
  },
  "signIn.finish": {
    prepare: async () => ({ body: { url: `${plane.url}/console/sign-in/return?code=${canary}&state=x` } }),
    ...{ actions: ["session.failed"], isRefused: true },
  },
  "signInMethods.create": {
    prepare: async () => ({
      body: { label: next(), issuer: "https://issuer.example.com", client_id: "c", client_secret: `s-${canary}` },
    }),
    actions: ["sign_in_method.created"],
  },
  "signInMethods.update": {
    prepare: () => of(newMethod(), { client_secret: `other-${canary}` }),
    actions: ["sign_in_method.changed"],
  },
  "signInMethods.remove": { prepare: () => of(newMethod()), actions: ["sign_in_method.removed"] },
  "signInMethods.test": { prepare: () => of(newMethod()), actions: ["sign_in_method.test"] },
  "organisations.create": { prepare: async () => ({ body: { name: next() } }), actions: ["organisation.created"] },
  "organisations.update": {
    prepare: () => of(newOrganisation(), { budget_usd: "5" }),
    actions: ["organisation.changed"],
  },
  "organisations.remove": { prepare: () => of(newOrganisation()), actions: ["organisation.removed"] },
  "teams.create": { prepare: async () => ({ body: { name: next() } }), actions: ["team.created"] },
  "teams.update": { prepare: () => of(newTeam(), { models: ["gpt-*"] }), actions: ["team.changed"] },
  "teams.remove": { prepare: () => of(newTeam()), actions: ["team.removed"] },
  "teams.addMember": {
    prepare: async () => ({ params: { id: (await newTeam()).id }, body: { user_id: (await newUser()).id } }),
    actions: ["member.added"],
  },
  "teams.updateMember": {
    prepare: async () => ({ ...(await newMember()), body: { role: "manager" } }),
    actions: ["member.changed"],
  },
  "teams.removeMember": { prepare: newMember, actions: ["member.removed"] },
  "roles.create": {
    prepare: async () => ({ body: { name: `role-${next()}`.toLowerCase(), permissions: { "usage.read": "all" } } }),
    actions: ["role.created"],
  },
  "roles.update": {
    prepare: async () => ({ params: { name: await newRole() }, body: { permissions: {} } }),
    actions: ["role.changed"],
  },
  "roles.remove": { prepare: async () => ({ params: { name: await newRole() } }), actions: ["role.removed"] },
  "serviceAccounts.create": {
    prepare: async () => ({ body: { name: next(), team_id: (await newTeam()).id } }),
    actions: ["user.created"],
  },
  "serviceAccounts.update": { prepare: () => of(newAccount(), { is_active: false }), actions: ["user.changed"] },
  "serviceAccounts.remove": { prepare: () => of(newAccount()), actions: ["user.removed"] },
  "ownKeys.create": {
    prepare: async () => {
      const { token, teamId } = await newOwner();
      return { as: token, body: { name: next(), team_id: teamId } };
    },
    actions: ["key.created"],
  },
  "ownKeys.update": { prepare: () => newOwnKey({ name: next() }), actions: ["key.changed"] },
  "ownKeys.revoke": { prepare: () => newOwnKey(), actions: ["key.revoked"] },
  "users.create": {
    prepare: async () => ({ body: { email: `${next()}@example.com`, password: `password ${canary}` } }),
    actions: ["user.created"],
  },
  "users.update": { prepare: () => of(newUser(), { password: `other ${canary}` }), actions: ["user.changed"] },
  "users.remove": {
    prepare: async () => ({ params: { id: (await newKey()).user_id } }),
    actions: ["user.removed", "key.removed"],
  },
  "personalData.erase": {
    prepare: async () => ({ params: { id: (await newKey()).user_id } }),
    actions: ["user.erased"],
  },
  "apiKeys.create": {
    prepare: async () => ({ body: { name: "k", user_id: (await newUser()).id } }),
    actions: ["key.created"],
  },
  "apiKeys.update": { prepare: () => of(newKey(), { name: "other" }), actions: ["key.changed"] },
  "apiKeys.import": {
    prepare: async () => {
      const { id } = await newUser();
      return { body: { name: "k", user_id: id, sha256: createHash("sha256").update(next()).digest("hex") } };
    },
    actions: ["key.created"],
  },
  "apiKeys.rotate": { prepare: () => of(newKey(), {}), actions: ["key.rotated"] },
  "apiKeys.revoke": { prepare: () => of(newKey()), actions: ["key.revoked"] },
  "providers.create": {
    prepare: async () => ({ body: { name: next(), provider_type: "openai", api_key: `sk-${canary}` } }),
    actions: ["provider.created", "model.created"],
  },
  "providers.update": {
    prepare: () => of(newProvider(), { api_key: `sk-new-${canary}`, headers: { "x-secret": canary } }),
    actions: ["provider.changed"],
  },
  "providers.remove": { prepare: () => of(newProvider()), actions: ["provider.removed", "model.removed"] },
  "providers.test": { prepare: () => of(newProvider()), actions: ["provider.test"] },
  "providers.discoverModels": { prepare: () => of(newProvider()), actions: ["provider.discover_models"] },
  "models.create": {
    prepare: async () => ({ body: { provider_id: (await newProvider()).id, name: next() } }),
    actions: ["model.created"],
  },
  "models.update": { prepare: () => of(newModel(), { input_price_usd: "2.5" }), actions: ["model.changed"] },
  "models.remove": { prepare: () => of(newModel()), actions: ["model.removed"] },
  "prices.refresh": { prepare: async () => ({}), actions: ["price_list.refresh"] },
  "consents.approve": { prepare: newConsent, actions: ["consent.approved"] },
  "consents.refuse": { prepare: newConsent, actions: ["consent.refused"] },
  "consentPolicies.create": {
    prepare: async () => ({ body: { name: next(), above_usd: "0.5" } }),
    actions: ["consent_policy.created"],
  },
  "consentPolicies.update": {
    prepare: async () => ({ params: { id: (await newConsentPolicy()).id }, body: { models: ["gpt-10"] } }),
    actions: ["consent_policy.changed"],
  },
  "consentPolicies.remove": {
    prepare: async () => ({ params: { id: (await newConsentPolicy()).id } }),
    actions: ["consent_policy.removed"],
  },
  "aliases.create": {
    prepare: async () => {
      const { name: provider } = await newProvider();
      return { body: { name: next(), targets: [{ provider, model: "gpt-4o" }] } };
    },
    actions: ["alias.created"],
  },
  "aliases.update": { prepare: () => of(newAlias(), { strategy: "weighted" }), actions: ["alias.changed"] },
  "aliases.remove": { prepare: () => of(newAlias()), actions: ["alias.removed"] },
  "views.create": {
    prepare: async () => ({ body: { page: "keys", name: canary, search: {} }, as: await newSession() }),
    actions: ["view.created"],
  },
  "views.update": {
    prepare: async () => {
      const as = await newSession();
      return { ...(await of(newView(as), { name: canary })), as };
    },
    actions: ["view.changed"],
  },
  "views.remove": {
    prepare: async () => {
      const as = await newSession();
      return { ...(await of(newView(as))), as };
    },
    actions: ["view.removed"],
  },
  "reports.create": {
    prepare: async () => {
      const { id } = await newWebhook();
      const body = { name: next(), schedule: { every: "day" }, webhook_id: id };
      return { body, as: await adminSession() };
    },
    actions: ["report.created"],
  },
  "reports.update": { prepare: () => of(newReport(), { periods: 3 }), actions: ["report.changed"] },
  "reports.remove": { prepare: () => of(newReport()), actions: ["report.removed"] },
  "reports.run": { prepare: () => of(newReport()), actions: ["report.run"] },
  "webhooks.create": {
    prepare: async () => ({ body: { name: next(), url: "https://example.com/hook", types: ["key.created"] } }),
    actions: ["webhook.created"],
  },
  "webhooks.update": { prepare: () => of(newWebhook(), { is_active: false }), actions: ["webhook.changed"] },
  "webhooks.rotateSecret": { prepare: () => of(newWebhook()), actions: ["webhook.changed"] },
  "webhooks.remove": { prepare: () => of(newWebhook()), actions: ["webhook.removed"] },
  "encryption.rotate": { prepare: async () => ({ body: {} }), actions: ["encryption.rotate"] },
  "webhooks.test": { prepare: () => of(newWebhook()), actions: ["webhook.test"] },
  "webhooks.resend": { prepare: settledDelivery, actions: ["webhook.resend"] },
};

async function perform({ method, path }: AdminRoute, { params = {}, body, as = adminKey }: Call): Promise<Response> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
  const response = await fetch(plane.url + filled, {
    method,
    headers: {
      ...{ authorization: `Bearer ${as}`, "user-agent": "auditor/1", "x-forwarded-for": "203.0.113.9" },
      ...{ origin: plane.url },
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  await response.text();
  return response;
}

async function entriesOf(response: Response): Promise<readonly Entry[]> {
  const q = response.headers.get("x-request-id") ?? "none";
  return (await plane.admin.audit.list({ query: { q } })).data.toReversed();
}

const changing = adminRouteList.filter(({ method }) => method !== "GET");

describe("a route that changes something", () => {
  it.each(changing.map((route) => [route.id, route] as const))("%s leaves what it has done", async (id, route) => {
    const { prepare, actions, isRefused = false } = cases[id as ChangingId];
    const call = await prepare();
    const response = await perform(route, call);
    expect(response.ok).toBe(!isRefused);
    const entries = await vi.waitUntil(async () => {
      const found = await entriesOf(response);
      return found.length >= actions.length ? found : null;
    });
    expect(entries.map(({ action }) => action)).toEqual(actions);
    for (const entry of entries) {
      expect(entry).toMatchObject({ route: id, address: "203.0.113.9", user_agent: "auditor/1" });
      expect(entry.outcome === "done").toBe(!isRefused);
      if (call.as === undefined && route.permission !== "public")
        expect(entry.actor).toEqual({ kind: "admin_key", id: null, name: "admin key", user_id: null });
    }
    if (/\.(created|changed|removed|revoked|rotated)$/.test(actions[0] ?? "") && !id.startsWith("sessions."))
      expect(entries[0]?.changes).not.toEqual([]);
  });

  it("is in the list of this test, whichever routes there are", () => {
    expect(Object.keys(cases).toSorted()).toEqual(changing.map(({ id }) => id).toSorted());
  });

  it("leaves no secret, in no entry, export or event", async () => {
    const everything = async (path: string): Promise<string> => (await plane.request(path)).text();
    const texts = await Promise.all(
      [
        "/admin/audit?limit=500",
        "/admin/audit/export/ndjson",
        "/admin/audit/export/cef",
        "/admin/events?limit=500&types=audit.entry",
      ].map(everything),
    );
    for (const text of texts) {
      expect(text.length).toBeGreaterThan(5_000);
      expect(text).not.toContain(canary);
      expect(text).not.toMatch(/whsec_|\$2[aby]\$|gk-\w{12}-/);
    }
  });
});

describe("what concerns security", () => {
  const newest = (query: { readonly action: string; readonly q?: string }) =>
    vi.waitFor(async () => {
      const [entry] = (await plane.admin.audit.list({ query: { ...query, limit: 1 } })).data;
      if (entry === undefined) throw new Error(`Nothing is told of ${query.action}`);
      return entry;
    }, 10_000);

  it("is told of whoever signs in, fails to, and signs out", async () => {
    const { id, email } = await newUser();
    const post = (body: object) => perform(adminRoutes.sessions.create, { body });
    const failed = await post({ email, password: "wrong" });
    const unknown = await post({ email: `${canary}@example.com`, password: "wrong" });
    const q = (response: Response) => ({ q: response.headers.get("x-request-id") ?? "" });
    expect(await newest({ action: "session.failed", ...q(failed) })).toMatchObject({
      ...{ outcome: "failed", actor: { kind: "anonymous" }, object: { kind: "user", id, name: email } },
    });
    // It may be a password that went into the wrong field.
    expect((await newest({ action: "session.failed", ...q(unknown) })).object).toMatchObject({ id: null, name: "" });
    const made = await post({ email, password });
    expect(await newest({ action: "session.created", ...q(made) })).toMatchObject({
      actor: { kind: "session", id, name: email, user_id: id },
    });
  });

  it("is told of whoever is refused, with what he lacked", async () => {
    const { key, id, user_id: userId } = await newKey();
    const refused = await perform(adminRoutes.users.list, { as: key });
    expect(refused.status).toBe(403);
    const q = refused.headers.get("x-request-id") ?? "";
    const entry = await newest({ action: "permission.refused", q });
    expect(entry).toMatchObject({
      ...{ outcome: "refused", actor: { kind: "api_key", id, user_id: userId }, route: "users.list" },
      details: { permission: "users.read" },
    });
    expect(JSON.stringify(entry)).not.toContain(key);
    const stranger = await perform(adminRoutes.users.list, { as: "no-such-key" });
    expect(stranger.status).toBe(401);
    const other = await newest({ action: "credential.refused", q: stranger.headers.get("x-request-id") ?? "" });
    expect(other).toMatchObject({ actor: { kind: "anonymous" }, outcome: "refused" });
    expect(JSON.stringify(other)).not.toContain("no-such-key");
  });

  it("is told of one who floods in so many entries and no more, and how many are left out", async () => {
    const flood = (count: number) =>
      Promise.all(Array.from({ length: count }, () => perform(adminRoutes.users.list, { as: "a-bad-key" })));
    plane.clock.nowMs += 120_000;
    await flood(60);
    const count = async () =>
      (await plane.admin.audit.list({ query: { action: "credential.refused", limit: 500 } })).data.length;
    await vi.waitFor(async () => expect(await count()).toBeGreaterThanOrEqual(20), 10_000);
    const before = await count();
    expect(before).toBeLessThanOrEqual(22);
    plane.clock.nowMs += 120_000;
    await flood(1);
    await vi.waitFor(async () => expect(await count()).toBe(before + 1), 10_000);
    const [last] = (await plane.admin.audit.list({ query: { action: "credential.refused", limit: 1 } })).data;
    expect(last?.details).toMatchObject({ not_noted_before: 40 });
  });
});

describe("keys that are shown to the gateway and work no more", () => {
  it("are looked up so often and no more, and told of once in a minute each", async () => {
    const { id, key } = await newKey();
    await plane.admin.apiKeys.revoke({ params: { id } });
    const entries = async () =>
      (await plane.admin.audit.list({ query: { action: "key.refused", object_id: id } })).data.length;
    const show = (refusedKeyHash: string): void => {
      const refusal = { id: "x", createdAt: 0, code: "invalid_api_key", status: 401, path: "/v1/models" } as const;
      plane.refusals.keep({ ...refusal, keyId: null, address: "203.0.113.7", refusedKeyHash });
    };
    const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
    const nextMinute = (): void => void (plane.clock.nowMs += 60_000);
    nextMinute();
    for (let shown = 0; shown < 3; shown += 1) show(hashOf(key));
    await expect.poll(entries, { timeout: 10_000 }).toBe(1);
    nextMinute();
    for (let guess = 0; guess < 400; guess += 1) show(hashOf(`guess ${guess}`));
    // Behind so many it is left out, until the minute is over.
    show(hashOf(key));
    nextMinute();
    const other = await newKey();
    await plane.admin.apiKeys.revoke({ params: { id: other.id } });
    show(hashOf(other.key));
    show(hashOf("of nobody"));
    const told = () => plane.admin.audit.list({ query: { action: "key.refused", object_id: other.id } });
    await expect.poll(async () => (await told()).data.length, { timeout: 10_000 }).toBe(1);
    expect(await entries()).toBe(1);
  });
});

describe("the audit log", () => {
  it("is read in pages, one entry at a time, and is whole", async () => {
    const first = await plane.admin.audit.list({ query: { limit: 3 } });
    const second = await plane.admin.audit.list({ query: { limit: 3, before: first.next ?? "" } });
    const places = [...first.data, ...second.data].map(({ place }) => place);
    expect(places).toEqual(Array.from({ length: 6 }, (_, index) => (places[0] ?? 0) - index));
    const [entry] = first.data;
    expect(await plane.admin.audit.get({ params: { id: entry?.id ?? "" } })).toEqual(entry);
    const verified = await plane.admin.audit.verify({});
    expect(verified).toMatchObject({ ok: true, problem: null, next: null, cut: { place: 0 } });
    expect(verified.checked).toBe(verified.head.place);
    const part = await plane.admin.audit.verify({ query: { limit: 5 } });
    expect(part.next).toBe(`5:${part.to.hash}`);
    const anchor = `${verified.head.place}:${"0".repeat(64)}`;
    expect((await plane.admin.audit.verify({ query: { anchor } })).problem).toMatchObject({ kind: "other_chain" });
  });

  it("is exported whole or as it is filtered, line by line, which is told as well", async () => {
    const read = async (route: AdminRoute, query: Record<string, string>) => {
      let text = "";
      for await (const piece of readStream({ baseUrl: plane.url, apiKey: adminKey, route, query })) text += piece;
      return text.split("\n").filter((line) => line !== "");
    };
    await plane.store.audit.add(
      Array.from({ length: 1_200 }, () => ({
        ...{ action: "odd.entry", outcome: "done" as const, changes: [], details: { "a=b": "c|d\\e\nf" } },
        object: { kind: "odd", id: null, name: "x=y|z\n" },
      })),
    );
    const lines = await read(adminRoutes.audit.export, {});
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    expect(entries.map(({ place }) => place)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.at(-1)).toMatchObject({ action: "audit.exported", details: { form: "ndjson", filter: {} } });
    const cef = await read(adminRoutes.audit.exportCef, { action: "odd.entry" });
    expect(cef).toHaveLength(1_200);
    expect(cef[0]).toMatch(/^CEF:0\|GhostLLM\|GhostLLM\|0\.0\.0-test\|odd\.entry\|odd entry\|3\|rt=\d{13} externalId=/);
    expect(cef[0]).toContain(String.raw`cs2=odd  x\=y|z\n`);
    expect(cef[0]).toContain(String.raw`cs5={"a\=b":"c|d\\\\e\\nf"}`);
  });

  it("is for whoever may read it alone", async () => {
    const session = await newSession();
    for (const route of Object.values(adminRoutes.audit)) {
      const response = await perform(route, { as: session, params: { id: "x" } });
      expect([route.id, response.status]).toEqual([route.id, 403]);
    }
  });
});
