// Somebody who may change users must always be left, whatever is changed at the same time, here or by another instance. Called in the
// transaction of what might leave nobody: by users.ts and roles.ts.

import { GhostError, roleNames } from "@ghostllm/contract";
import type { Grants } from "@ghostllm/contract";
import type { Kysely } from "kysely";
import { builtInGrants, governs, roles, type Role } from "#domain/access/roles.ts";
import { parseGrants } from "./columns.ts";
import type { Tables } from "./tables.ts";

export class LastWhoGoverns extends GhostError {}

interface Holder {
  readonly role: Role;
  readonly is_active: number;
}

/** Whoever has been changed: as he was, and as he is; null where he is no more. */
export async function keepGoverned(
  transaction: Kysely<Tables>,
  { before, after }: { readonly before: Holder; readonly after: Holder | null },
): Promise<void> {
  const made = await rolesMade(transaction);
  const isGoverning = ({ role, is_active: isActive }: Holder): boolean =>
    isActive === 1 && governs(builtInGrants(role) ?? made.get(role) ?? {});
  if (isGoverning(before) && (after === null || !isGoverning(after))) await refuseNobody(transaction, made);
}

/** A role that let its holders govern does so no more. */
export async function keepGovernedWithout(transaction: Kysely<Tables>, name: Role): Promise<void> {
  const holders = transaction.selectFrom("users").select("id").where("role", "=", name).where("is_active", "=", 1);
  if ((await holders.limit(1).execute()).length > 0) await refuseNobody(transaction, await rolesMade(transaction));
}

type RolesMade = ReadonlyMap<Role, Grants>;

async function rolesMade(transaction: Kysely<Tables>): Promise<RolesMade> {
  const rows = await transaction.selectFrom("roles").select(["name", "grants"]).execute();
  return new Map(rows.map(({ name, grants }) => [name, parseGrants(grants)]));
}

async function refuseNobody(transaction: Kysely<Tables>, made: RolesMade): Promise<void> {
  const builtIn = roleNames.map((name) => [name, roles[name]] as const);
  const names = [...builtIn, ...made].filter(([, grants]) => governs(grants)).map(([name]) => name);
  const left = transaction.selectFrom("users").select("id").where("is_active", "=", 1).where("role", "in", names);
  if ((await left.limit(1).execute()).length > 0) return;
  throw new LastWhoGoverns(
    "conflict",
    "Nobody would be left who may change users, such as the last admin: let another user do so first",
  );
}
