// Every route that changes something, called so that it does: what suites over all of them go by.

import { createHash, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoute, AdminRoutes } from "@ghostllm/contract/routes";
import { Secret, TOTP } from "otpauth";
import { adminKey, type AdminPlane } from "./admin-plane.ts";
import { Authenticator, type Options } from "./sign-in-support/authenticator.ts";
import { makeQuestion } from "./store-support/consents.ts";

type RouteOf<Group> = Group extends Readonly<Record<string, AdminRoute>> ? Group[keyof Group] : never;
type AnyRoute = RouteOf<AdminRoutes[keyof AdminRoutes]>;
export type ChangingId = Exclude<AnyRoute, { readonly method: "GET" }>["id"];

export interface Call {
  /** Of what it is called for. */
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Case {
  readonly prepare: () => Promise<Call>;
  /** What it leaves. */
  readonly actions: readonly string[];
  /** It can be asked for by everybody, and is refused here. */
  readonly isRefused?: true;
  /** Where that is not the route itself. */
  readonly notedAs?: string;
}

export const password = "correct horse battery";
/** In every secret. */
export const canary = "canary-5f1d0c";

let plane: AdminPlane;
let serial = 0;
const next = (): string => `n${(serial += 1)}`;

/** What is made is made there. */
export function makeOn(given: AdminPlane): void {
  plane = given;
}

/** With a list of prices that can be refreshed, in a folder of the suite. */
export async function writePriceList(file: string): Promise<void> {
  const model = { id: "gpt-9", match: { equals: "gpt-9" }, prices: { input_mtok: 1, output_mtok: 8 } };
  await writeFile(file, JSON.stringify([{ id: "openai", models: [model] }]));
}

/** There is one at a time. */
async function noBackup(): Promise<Call> {
  const { backups } = plane.store;
  const open = await backups.open();
  if (open !== undefined) await backups.settle(open.id, { state: "failed", rows: null, bytes: null, error: "" }, []);
  return {};
}

export const newUser = () => plane.admin.users.create({ body: { email: `${next()}@example.com`, password } });
export const newKey = async () => plane.admin.apiKeys.create({ body: { name: next(), user_id: (await newUser()).id } });
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

/** Of somebody who has signed in. */
async function newChat(): Promise<Call> {
  const { email, id: userId } = await newUser();
  const sessionId = randomUUID();
  await plane.store.chats.add({
    ...{ sessionId, userId, requestId: "r", model: "m", turn: 0, messages: [], attachments: [] },
    begins: {
      ...{ apiKeyId: "k", teamId: null, dialect: "openai-chat", createdAt: Date.now() },
      title: { content: "", contentKeyId: "none" },
    },
  });
  const { token } = await plane.as(null).sessions.create({ body: { email, password } });
  return { as: token, params: { id: sessionId } };
}

const newReport = async () => {
  const webhook = await newWebhook();
  const body = { name: next(), schedule: { every: "day" }, webhook_id: webhook.id } as const;
  return plane.as(await adminSession()).reports.create({ body });
};

export async function newSession(): Promise<string> {
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

/** A page by a name: of an address there are no passkeys. */
const page = () => ({ origin: plane.url.replace("127.0.0.1", "localhost"), "sec-fetch-site": "same-origin" });

/** Somebody who has signed in, and has begun to add a passkey. */
async function passkeyBeginner() {
  const as = await newSession();
  const headers = page();
  const begun = await perform(adminRoutes.passkeys.begin, { as, headers, body: { password } });
  const { options } = (await begun.json()) as { readonly options: Options };
  const [cookie = ""] = begun.headers.getSetCookie();
  const credential = new Authenticator(headers.origin).make(options);
  return { as, headers: { ...headers, cookie: cookie.split(";", 1)[0] ?? "" }, body: { name: next(), credential } };
}

async function passkeyOwner(body?: object) {
  const call = await passkeyBeginner();
  const made = (await (await perform(adminRoutes.passkeys.create, call)).json()) as { readonly id: string };
  return { as: call.as, params: { id: made.id }, ...(body !== undefined && { body }) };
}

/** Asked for by the admin key. */
async function foreignPasskey(): Promise<Call> {
  const { as, params } = await passkeyOwner();
  return { params: { id: (await plane.as(as).sessions.me()).user?.id ?? "", passkey_id: params.id } };
}

async function newConsent(): Promise<Call> {
  const { id: userId } = await newUser();
  const { id: keyId } = await plane.admin.apiKeys.create({ body: { name: next(), user_id: userId } });
  const asked = await plane.store.consents.ask(makeQuestion({ keyId, userId }));
  return { params: { id: "id" in asked ? asked.id : "none" }, body: { note: "as you like" } };
}

const newGuardrail = () => plane.admin.guardrails.create({ body: { name: next(), check: { kind: "size", most: 9 } } });

const newConsentPolicy = () => plane.admin.consentPolicies.create({ body: { name: next(), models: ["gpt-9"] } });

const of = async (made: Promise<{ readonly id: string }>, body?: object): Promise<Call> => {
  const params = { id: (await made).id };
  return body === undefined ? { params } : { params, body };
};

/** How each is called so that it changes something, and what the log has then. A route that is not here does not compile. */
export const changingCalls: Readonly<Record<ChangingId, Case>> = {
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
  "passkeys.begin": {
    prepare: async () => ({ as: await newSession(), headers: page(), body: { password } }),
    actions: ["passkey.begin"],
  },
  "passkeys.create": { prepare: passkeyBeginner, actions: ["passkey.created"] },
  "passkeys.update": { prepare: () => passkeyOwner({ name: next() }), actions: ["passkey.changed"] },
  "passkeys.remove": { prepare: () => passkeyOwner(), actions: ["passkey.removed"] },
  "passkeys.removeOfUser": { prepare: foreignPasskey, actions: ["passkey.removed"] },
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
  "signIn.beginPasskey": { prepare: async () => ({ headers: page() }), actions: [] },
  "signIn.finishPasskey": {
    prepare: async () => {
      const response = { clientDataJSON: canary, authenticatorData: canary, signature: canary };
      return { body: { credential: { id: canary, rawId: canary, type: "public-key", response } } };
    },
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
  "guardrails.create": {
    prepare: async () => ({ body: { name: next(), check: { kind: "text", words: ["bluebird"] } } }),
    actions: ["guardrail.created"],
  },
  "guardrails.try": {
    prepare: async () => ({ body: { text: "Tell me of the bluebird", stage: "input" } }),
    actions: ["guardrail.try"],
  },
  "guardrails.update": { prepare: () => of(newGuardrail(), { action: "flag" }), actions: ["guardrail.changed"] },
  "guardrails.remove": { prepare: () => of(newGuardrail()), actions: ["guardrail.removed"] },
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
  "aliases.create": {
    prepare: async () => {
      const { name: provider } = await newProvider();
      return { body: { name: next(), targets: [{ provider, model: "gpt-4o" }] } };
    },
    actions: ["alias.created"],
  },
  "aliases.update": { prepare: () => of(newAlias(), { strategy: "weighted" }), actions: ["alias.changed"] },
  "aliases.remove": { prepare: () => of(newAlias()), actions: ["alias.removed"] },
  "cache.purge": { prepare: async () => ({}), actions: ["cache.purged"] },
  "chatSessions.update": {
    prepare: async () => ({ ...(await newChat()), body: { title: "Another name", archived: true } }),
    actions: ["chat_session.changed"],
  },
  "chatSessions.remove": { prepare: newChat, actions: ["chat_session.removed"] },
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
  "webhooks.create": {
    prepare: async () => ({ body: { name: next(), url: "https://example.com/hook", types: ["key.created"] } }),
    actions: ["webhook.created"],
  },
  "webhooks.update": { prepare: () => of(newWebhook(), { is_active: false }), actions: ["webhook.changed"] },
  "webhooks.rotateSecret": { prepare: () => of(newWebhook()), actions: ["webhook.changed"] },
  "webhooks.remove": { prepare: () => of(newWebhook()), actions: ["webhook.removed"] },
  "imports.spend": {
    prepare: async () => ({
      body: { source: "other", entries: [{ kind: "key", id: (await newKey()).id, spent_usd: "1.5" }] },
    }),
    actions: ["key.spend_carried"],
  },
  "imports.usage": {
    prepare: async () => {
      const names = { provider: "openai", model: "gpt-4o", requested_model: next() };
      return {
        body: { source: "other", rows: [{ hour: "2026-11-30T00:00:00Z", ...names, requests: 3, cost_usd: "1" }] },
      };
    },
    actions: ["import.usage_carried"],
  },
  "certificates.renew": { prepare: async () => ({}), actions: ["certificate.renew"] },
  "system.check": { prepare: async () => ({ body: { text: "" } }), actions: ["system.check"] },
  "system.reload": { prepare: async () => ({}), actions: ["system.reload"] },
  "system.apply": { prepare: async () => ({}), actions: ["system.apply"] },
  "encryption.rotate": { prepare: async () => ({ body: {} }), actions: ["encryption.rotate"] },
  "webhooks.test": { prepare: () => of(newWebhook()), actions: ["webhook.test"] },
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
  "backups.create": {
    prepare: noBackup,
    actions: ["backup.create"],
  },
  "reports.run": { prepare: () => of(newReport()), actions: ["report.run"] },
  "bulk.run": {
    prepare: async () => ({ body: { operations: [{ op: "teams.create", body: { name: next() } }] } }),
    actions: ["team.created"],
    notedAs: "teams.create",
  },
  "webhooks.resend": { prepare: settledDelivery, actions: ["webhook.resend"] },
};

export async function perform(
  { method, path }: AdminRoute,
  { params = {}, body, as = adminKey, headers: own = {} }: Call,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "");
  return fetch(plane.url + filled, {
    method,
    headers: {
      ...{ authorization: `Bearer ${as}`, "user-agent": "auditor/1", "x-forwarded-for": "203.0.113.9" },
      ...{ origin: plane.url },
      ...(body !== undefined && { "content-type": "application/json" }),
      ...own,
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
