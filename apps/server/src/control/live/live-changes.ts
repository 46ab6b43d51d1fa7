// Which changes a caller is told of: those of what he may read.

import type { Permission } from "@ghostllm/contract";
import type { LiveChange } from "@ghostllm/contract/routes";
import type { Actor } from "#domain/access/actor.ts";
import { reach, type Reach } from "#domain/access/may.ts";
import type { ObjectChange } from "#link/signals.ts";

const readers: Readonly<Record<string, Permission>> = {
  users: "users.read",
  organisations: "organisations.read",
  teams: "teams.read",
  roles: "roles.read",
  service_accounts: "service_accounts.read",
  keys: "keys.read",
  consents: "consents.read",
  "consent-policies": "consent_policies.read",
  guardrails: "guardrails.read",
  providers: "providers.read",
  models: "models.read",
  aliases: "aliases.read",
  prices: "prices.read",
  health: "providers.read",
  budgets: "keys.read",
  refusals: "usage.read",
  views: "views.manage",
  webhooks: "webhooks.read",
  reports: "reports.manage",
  backups: "backups.read",
  alerts: "status.read",
};

/** Each once. */
export function changesFor(actor: Actor, changes: readonly ObjectChange[]): readonly LiveChange[] {
  const seen = new Map<string, LiveChange>();
  for (const { what, id, userId, teamId = null } of changes) {
    const permission = readers[what];
    if (permission === undefined || !isWithin(reach(actor, permission), { userId, teamId })) continue;
    seen.set(`${what} ${id}`, { what, id });
  }
  return [...seen.values()];
}

/** Whom something belongs to. */
interface Owners {
  readonly userId: string | null;
  readonly teamId: string | null;
}

export function isWithin(reached: Reach, { userId, teamId }: Owners): boolean {
  const ids: Readonly<Record<string, string | null>> = { user: userId, team: teamId };
  return reached === "all" || reached.some(({ kind, id }) => ids[kind] === id);
}
