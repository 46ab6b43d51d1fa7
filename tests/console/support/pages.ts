// Every page of the console. By its line here a new one is in the pictures, is looked at by axe in both themes, on a phone and
// for secrets, and is asked for in every role.

import type { Permission } from "@ghostllm/contract";
import type { Client } from "@ghostllm/contract/client";

/** Buttons, each with what it takes, or with several of which one is enough: absent for whoever may not. */
type Actions = Readonly<Record<string, Permission | readonly Permission[]>>;

export interface ConsolePage {
  /** Of its pictures. */
  readonly name: string;
  readonly path: string;
  /** What its data takes; null where whoever has signed in sees the page. */
  readonly needs: Permission | null;
  readonly actions: Actions;
}

function page(name: string, path: string, needs: Permission | null = null, actions: Actions = {}): ConsolePage {
  return { name, path, needs, actions };
}

/** With ids of what `asker` can reach, or else of what the admin can. */
export async function listPages(admin: Client, asker = admin): Promise<readonly ConsolePage[]> {
  const ids = await findIds([asker, admin]);
  const [webhook] = (await admin.webhooks.list()).data;
  const [issuer] = (await admin.signInMethods.list()).data;
  return [
    ...[...trafficPages(ids), ...vendorPages(ids), ...accessPages(ids), ...(await teamPages(admin, asker))],
    ...[...(await guardrailPages(admin, asker)), ...(await consentPages(admin, asker))],
    ...[...eventPages(webhook?.id), ...(await auditPages(admin)), ...(await reportPages(admin, asker))],
    ...[...settingsPages, ...signInPages(issuer?.id)],
  ];
}

function trafficPages({ requests: id }: Ids): readonly ConsolePage[] {
  return [
    page("dashboard", "/", "usage.read"),
    page("welcome", "/welcome", "providers.create"),
    page("requests", "/requests", "usage.read"),
    page("request", `/requests/${id}`, "usage.read"),
    page("playground", "/playground"),
    page("connect", "/connect"),
    page("usage", "/usage", "usage.read", { "Download CSV": "usage.read" }),
    page("usage-table", "/usage?by=user,model&as=table&range=24h", "usage.read"),
  ];
}

function vendorPages({ providers, models, aliases }: Ids): readonly ConsolePage[] {
  const saving = "Save changes";
  return [
    page("providers", "/providers", "providers.read", { "Add provider": "providers.create" }),
    page("provider-new", "/providers?new=provider", "providers.read", { "Add provider": "providers.create" }),
    page("provider", `/providers/${providers}`, "providers.read", {
      ...{ Test: "providers.test", [saving]: "providers.update", Disable: "providers.update" },
      ...{ "Delete provider": "providers.remove", "Change limits": "providers.update" },
      "Add budget": "providers.update",
    }),
    page("provider-limits", `/providers/${providers}?change=limits`, "providers.read", {
      [saving]: "providers.update",
    }),
    page("provider-budget", `/budgets/provider/${providers}`, "usage.read", { "Change limits": "providers.update" }),
    page("models", "/models", "models.read", { "Add model": "models.create" }),
    page("model-new", "/models?new=model", "models.read", { "Add model": "models.create" }),
    page("model", `/models/${models}`, "models.read", { [saving]: "models.update", "Delete model": "models.remove" }),
    page("aliases", "/aliases", "aliases.read", { "Create alias": "aliases.create" }),
    page("alias-new", "/aliases?new=alias", "aliases.read", { "Create alias": "aliases.create" }),
    page("alias", `/aliases/${aliases}`, "aliases.read", {
      ...{ [saving]: "aliases.update", "Delete alias": "aliases.remove" },
      ...{ "Change limits": "aliases.update", "Add budget": "aliases.update" },
    }),
    page("cache", "/cache", "cache.read", { "Forget answers": "cache.purge" }),
    page("cache-purge", "/cache?new=purge", "cache.read", { "Forget them": "cache.purge" }),
    page("alias-budget", `/budgets/alias/${aliases}`, "usage.read", { "Change limits": "aliases.update" }),
  ];
}

function accessPages({ users, apiKeys }: Ids): readonly ConsolePage[] {
  const saving = "Save changes";
  return [
    page("users", "/users", "users.read", { "Create user": "users.create" }),
    page("user-new", "/users?new=user", "users.read", { "Create user": "users.create" }),
    page("user", `/users/${users}`, "users.read", {
      ...{ [saving]: "users.update", "Delete user": "users.remove", "Make password link": "users.update" },
      "Erase user": "users.erase",
    }),
    page("users-erased", "/users?show=Erased", "users.erase", { "Erase a deleted user": "users.erase" }),
    page("user-erase", "/users?show=Erased&new=erasure", "users.erase", { "Erase for good": "users.erase" }),
    page("budgets", "/budgets", "usage.read"),
    page("budget", `/budgets/key/${apiKeys}`, "usage.read", {
      ...{ "Change budget": "keys.update", "Add budget": "keys.update" },
    }),
    page("budget-new", `/budgets/key/${apiKeys}?budget=new`, "usage.read", { "Add budget": "keys.update" }),
    page("budget-change", `/budgets/key/${apiKeys}?change=budget`, "usage.read", { [saving]: "keys.update" }),
    page("keys", "/keys", "keys.read", { "Create key": "keys.create" }),
    page("key-new", "/keys?new=key", "keys.read", { "Create key": "keys.create" }),
    page("key", `/keys/${apiKeys}`, "keys.read", {
      ...{ [saving]: "keys.update", "Rotate key": "keys.rotate", "Revoke key": ["keys.revoke", "own_keys.manage"] },
    }),
  ];
}

/** Of a team that `asker` is in, or else of the first. */
async function teamPages(admin: Client, asker: Client): Promise<readonly ConsolePage[]> {
  const own = await asker.teams.list().catch(() => ({ data: [] }));
  const [team] = [...own.data, ...(await admin.teams.list()).data];
  const [organisation] = (await admin.organisations.list()).data;
  const { data: roles } = await admin.roles.list();
  const ownRole = roles.find(({ is_built_in: isBuiltIn }) => !isBuiltIn);
  const create = { "Create team": "teams.create" } as const;
  return [
    page("account", "/account"),
    page("teams", "/teams", "teams.read", create),
    page("team-new", "/teams?new=team", "teams.read", create),
    ...(team === undefined ? [] : await pagesOfTeam(admin, team.id)),
    page("organisations", "/organisations", "organisations.read", { "Create organisation": "organisations.create" }),
    page("organisation-new", "/organisations?new=organisation", "organisations.read"),
    ...(organisation === undefined ? [] : [organisationPage(organisation.id)]),
    page("roles", "/roles", "roles.read", { "Create role": "roles.create" }),
    page("role-new", "/roles?new=role", "roles.read", { "Create role": "roles.create" }),
    page("role", "/roles/manager", "roles.read"),
    ...(ownRole === undefined ? [] : [rolePage(ownRole.name)]),
  ];
}

async function pagesOfTeam(admin: Client, id: string): Promise<readonly ConsolePage[]> {
  const [account] = (await admin.serviceAccounts.list({ query: { team_id: id } })).data;
  const path = `/teams/${id}`;
  const create = { "Create service account": "service_accounts.manage" } as const;
  const accounts = [
    page("team-accounts", `${path}?show=Service accounts`, "teams.read", create),
    page("account-new", `${path}?show=Service accounts&new=account`, "teams.read", create),
  ];
  return [
    page("team", path, "teams.read", { "Save changes": "teams.update", "Delete team": "teams.remove" }),
    page("team-people", `${path}?show=People`, "teams.read", { "Add somebody": "members.manage" }),
    page("team-member-new", `${path}?show=People&new=member`, "teams.read", { "Add to the team": "members.manage" }),
    page("team-keys", `${path}?show=Keys`, "teams.read", { "Create key": "keys.create" }),
    page("team-key-new", `/keys?new=key&team=${id}`, "keys.read", { "Create key": "keys.create" }),
    ...(account === undefined ? [] : [...accounts, accountPage(account.id)]),
  ];
}

function accountPage(id: string): ConsolePage {
  return page("service-account", `/service-accounts/${id}`, "service_accounts.read", {
    ...{ "Save changes": "service_accounts.manage", "Switch off": "service_accounts.manage" },
    ...{ "Delete service account": "service_accounts.manage", "Create key": "keys.create" },
  });
}

function organisationPage(id: string): ConsolePage {
  return page("organisation", `/organisations/${id}`, "organisations.read", {
    ...{ "Save changes": "organisations.update", "Delete organisation": "organisations.remove" },
    "Create team": "teams.create",
  });
}

function rolePage(name: string): ConsolePage {
  return page("role-own", `/roles/${name}`, "roles.read", {
    ...{ "Save changes": "roles.update", "Delete role": "roles.remove" },
  });
}

/** One of a team of `asker`, which its manager may change, or else the first. */
async function guardrailPages(admin: Client, asker: Client): Promise<readonly ConsolePage[]> {
  const own = await asker.guardrails.list().catch(() => ({ data: [] }));
  const all = [...own.data, ...(await admin.guardrails.list()).data];
  const one = all.find(({ applies_to: of }) => of.kind === "team") ?? all[0];
  const [needs, create] = ["guardrails.read", { "Create guardrail": "guardrails.create" }] as const;
  const tries = { "Try it": needs } as const;
  const changes = { ...tries, "Save changes": "guardrails.update", "Switch off": "guardrails.update" } as const;
  return [
    page("guardrails", "/guardrails", needs, create),
    page("guardrails-dry-run", "/guardrails?show=Dry run", needs, { ...create, ...tries }),
    page("guardrail-new", "/guardrails?new=guardrail", needs, create),
    ...(one === undefined
      ? []
      : [page("guardrail", `/guardrails/${one.id}`, needs, { ...changes, "Delete guardrail": "guardrails.remove" })]),
  ];
}

/** Of a request that `asker` may see, or else of the latest. */
async function consentPages(admin: Client, asker: Client): Promise<readonly ConsolePage[]> {
  const own = await asker.consents.list().catch(() => ({ data: [] }));
  const [held] = [...own.data, ...(await admin.consents.list()).data];
  const [policy] = (await admin.consentPolicies.list()).data;
  const list = "/consents?show=Policies";
  const create = { "Create policy": "consent_policies.create" } as const;
  const decisions = { "Approve request": "consents.decide", "Refuse request": "consents.decide" } as const;
  const changes = { "Save changes": "consent_policies.update", "Switch off": "consent_policies.update" } as const;
  return [
    page("consents", "/consents", "consents.read", create),
    ...(held === undefined ? [] : [page("consent", `/consents/${held.id}`, "consents.read", decisions)]),
    page("consent-policies", list, "consent_policies.read", create),
    page("consent-policy-new", `${list}&new=policy`, "consent_policies.read", create),
    ...(policy === undefined
      ? []
      : [
          page("consent-policy", `/consents/policies/${policy.id}`, "consent_policies.read", {
            ...{ ...changes, "Delete policy": "consent_policies.remove" },
          }),
        ]),
  ];
}

function eventPages(webhook: string | undefined): readonly ConsolePage[] {
  const create = { "Create webhook": "webhooks.create" } as const;
  const one = page("webhook", `/events/webhooks/${webhook}`, "webhooks.read", {
    ...{ "Send test": "webhooks.test", "Save changes": "webhooks.update", "New secret": "webhooks.update" },
    ...{ "Switch off": "webhooks.update", "Delete webhook": "webhooks.remove" },
  });
  return [
    page("events", "/events", "events.read", create),
    page("webhooks", "/events?show=Webhooks", "webhooks.read", create),
    page("webhook-new", "/events?show=Webhooks&new=webhook", "webhooks.read", create),
    ...(webhook === undefined ? [] : [one]),
  ];
}

/** The newest entry that has changed something. */
async function auditPages(admin: Client): Promise<readonly ConsolePage[]> {
  const [entry] = (await admin.audit.list({ query: { action: "key." } })).data;
  const log = page("audit", "/audit", "audit.read", { Verify: "audit.verify" });
  return entry === undefined ? [log] : [log, page("audit-entry", `/audit/${entry.id}`, "audit.read")];
}

/** One of `asker`, who may have none; for whoever may have none at all, somebody's. */
async function reportPages(admin: Client, asker: Client): Promise<readonly ConsolePage[]> {
  const own = await asker.reports.list().then(
    ({ data }) => data,
    () => null,
  );
  const [report] = own ?? (await admin.reports.list()).data;
  const manage = "reports.manage";
  const create = { "Create report": manage } as const;
  const one = page("report", `/reports/${report?.id}`, manage, {
    ...{ "Run now": manage, "Download CSV": manage, "Save changes": manage, "Switch off": manage },
    "Delete report": manage,
  });
  return [
    page("reports", "/reports", manage, create),
    page("report-new", "/reports?new=report", manage, create),
    ...(report === undefined ? [] : [one]),
  ];
}

const settingsPages: readonly ConsolePage[] = [
  page("settings", "/settings"),
  page("import", "/import", "imports.run"),
  page("alerts", "/alerts", "status.read"),
  page("alert", "/alerts?alert=GhostllmBackupOld", "status.read"),
  page("system", "/settings?show=System", "status.read"),
  page("certificates", "/settings?show=Certificates", "certificates.read"),
  page("configuration", "/settings?show=Configuration", "configuration.read"),
  page("backups", "/settings?show=Backups", "backups.read", { "Back up now": "backups.create" }),
  page("prices", "/settings?show=Prices", "prices.read"),
  page("not-found", "/nowhere"),
];

function signInPages(issuer: string | undefined): readonly ConsolePage[] {
  const [section, add] = ["/settings?show=Sign-in", { "Add issuer": "sign_in_methods.create" }] as const;
  const one = page("issuer", `/settings/sign-in/${issuer}`, "sign_in_methods.read", {
    ...{ Test: "sign_in_methods.update", "Save changes": "sign_in_methods.update" },
    ...{ "Switch off": "sign_in_methods.update", "Delete issuer": "sign_in_methods.remove" },
  });
  const directory = "/settings?show=SCIM";
  return [
    page("sign-in-methods", section, "sign_in_methods.read", add),
    page("issuer-new", `${section}&new=issuer`, "sign_in_methods.read", add),
    ...(issuer === undefined ? [] : [one]),
    page("scim", directory, "scim.read", { "Create token": "scim.update", "Save changes": "scim.update" }),
    page("scim-token-new", `${directory}&new=token`, "scim.read", { "Create token": "scim.update" }),
  ];
}

const listed = ["requests", "providers", "models", "aliases", "users", "apiKeys"] as const;
type Ids = Readonly<Record<(typeof listed)[number], string>>;

/** Of the second that there is, which the first start has not made; of aliases a team's, which its manager may change. */
async function findIds(clients: readonly Client[]): Promise<Ids> {
  const find = async (name: (typeof listed)[number]): Promise<string> => {
    for (const client of clients) {
      const { data } = await client[name].list().catch(() => ({ data: [] }));
      const ofTeam = name === "aliases" ? data.find((row) => "team_id" in row && row.team_id !== null) : undefined;
      const one = ofTeam ?? data[1] ?? data[0];
      if (one !== undefined) return one.id;
    }
    throw new Error(`there is none of ${name}: its page cannot be looked at`);
  };
  const found = await Promise.all(listed.map(async (name) => [name, await find(name)] as const));
  return Object.fromEntries(found) as Ids;
}
